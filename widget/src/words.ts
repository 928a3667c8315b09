/** The words: which language is meant, and its texts. English travels with the program. */

import { address, type File } from "./program.ts";

declare const FILES: { locales: Record<string, File> };
/** The few texts that the loader itself may have to say. Put in by `build.mjs`. */
declare const ENGLISH: Words;

export type Words = Record<string, string>;
const words = new Map<string, Promise<Words>>();

/** The texts of a language that travels apart; English is in the program. */
export function fetchWords(language: string): Promise<Words> {
  const file = FILES.locales[language];
  if (!file) return Promise.resolve({});
  let texts = words.get(language);
  if (!texts) {
    const signal = AbortSignal.timeout?.(8_000);
    texts = fetch(address(file), { integrity: file.integrity, signal }).then((answer) => answer.json());
    texts.catch(() => words.delete(language));
    words.set(language, texts);
  }
  return texts;
}

/** Which of our languages a tag means: `zh-CN` and `zh` are `zh-Hans`, `zh-TW` is not. */
export function language(tag: string): string | undefined {
  try {
    const { language, script } = new Intl.Locale(tag).maximize();
    return ["en", ...Object.keys(FILES.locales)].find((ours) => ours === language || ours === `${language}-${script}`);
  } catch {
    return undefined;
  }
}

/** What the loader says when the program did not come: in the shopper's language if that could be fetched. */
export async function ownWords(language: string): Promise<Words> {
  return { ...ENGLISH, ...(await fetchWords(language).catch(() => ({}))) };
}

/** The words: which language is meant, and its texts. A page loads one language and no other. */

import { address, type File } from "./program.ts";

declare const FILES: { locales: Record<string, File>; keys: File };
/** The few texts that the loader itself may have to say, by their numbers. Put in by `build.mjs`. */
declare const ENGLISH: Words;

/** Texts by their numbers: their places in the sorted list of keys. */
export type Words = Record<number, string>;
const lists = new Map<File, Promise<string[]>>();

function fetchList(file: File): Promise<string[]> {
  let list = lists.get(file);
  if (!list) {
    const signal = AbortSignal.timeout?.(8_000);
    list = fetch(address(file), { integrity: file.integrity, signal }).then((answer) => answer.json());
    list.catch(() => lists.delete(file));
    lists.set(file, list);
  }
  return list;
}

/**
 * The texts of a language, or of English when they do not come, with a page's own laid over them. The keys of those are
 * fetched only for a page that has some.
 */
export async function fetchWords(tongue: string, own: Record<string, string>): Promise<string[]> {
  const { en, [tongue]: file } = FILES.locales;
  const keys = Object.keys(own).length ? fetchList(FILES.keys).catch(() => []) : [];
  const texts = [...(await fetchList(file!).catch(() => fetchList(en!)))];
  (await keys).forEach((key, number) => {
    if (own[key] != null) texts[number] = own[key];
  });
  return texts;
}

/** Which of our languages a tag means: `zh-CN` and `zh` are `zh-Hans`, `zh-TW` is not. */
export function language(tag: string): string | undefined {
  try {
    const { language, script } = new Intl.Locale(tag).maximize();
    return Object.keys(FILES.locales).find((ours) => ours === language || ours === `${language}-${script}`);
  } catch {
    return undefined;
  }
}

/** What the loader says when the program did not come: in the shopper's language if that could be fetched. */
export async function ownWords(language: string, own: Record<string, string>): Promise<Words> {
  return { ...ENGLISH, ...(await fetchWords(language, own).catch(() => [])) };
}

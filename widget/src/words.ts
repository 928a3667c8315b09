/** The words: which language is meant, and its texts. A page loads one language and no other. */

import { file } from "./program.ts";

/** What these files must hash to. Put in by `build.mjs`, as the next two. */
declare const FILES: { en: string; lists: string };
/** Every language but English, in the order of the integrities in `lists`. */
declare const LANGUAGES: string;
/** The few texts that the loader itself may have to say, by their numbers. */
declare const ENGLISH: Words;

/** Texts by their numbers: their places in the sorted list of keys. */
export type Words = Record<number, string>;
const languages = LANGUAGES.split(" ");
const lists = new Map<string, Promise<string[]>>();

function fetchList({ href, integrity }: { href: string; integrity: string }): Promise<string[]> {
  let list = lists.get(href);
  if (!list) {
    const signal = AbortSignal.timeout?.(8_000);
    list = fetch(href, { integrity, signal }).then((answer) => answer.json());
    list.catch(() => lists.delete(href));
    lists.set(href, list);
  }
  return list;
}

/**
 * The texts of a language, or the `keys` of all texts. What a list must hash to stands in a file of its own, that of the
 * keys at its end; English needs it not. The browser fetches both at once, and the second fetch, which checks, finds the
 * first one's answer in the cache.
 */
async function fetchTexts(name: string): Promise<string[]> {
  if (name === "en") return fetchList(file("en", FILES.en, "json"));
  const all = file("lists", FILES.lists, "json");
  const href = all.href.replace("lists-", `${name}-`);
  if (!lists.has(href)) fetch(href).then((answer) => answer.text()).catch(() => {});
  const integrities = await fetchList(all);
  return fetchList({ href, integrity: integrities.at(languages.indexOf(name))! });
}

/**
 * The texts of a language, or of English when they do not come, with a page's own laid over them. The keys of those are
 * fetched only for a page that has some.
 */
export async function fetchWords(tongue: string, own: Record<string, string>): Promise<string[]> {
  const keys = Object.keys(own).length ? fetchTexts("keys").catch(() => []) : [];
  const texts = [...(await fetchTexts(tongue).catch(() => fetchTexts("en")))];
  (await keys).forEach((key, number) => {
    if (own[key] != null) texts[number] = own[key];
  });
  return texts;
}

/** Which of our languages a tag means: `zh-CN` and `zh` are `zh-Hans`, `zh-HK` is `zh-Hant`, `tl` is `fil`. */
export function language(tag: string): string | undefined {
  try {
    const { language, script } = new Intl.Locale(tag).maximize();
    return ["en", ...languages].find((ours) => ours === language || ours === `${language}-${script}`);
  } catch {
    return undefined;
  }
}

/** What the loader says when the program did not come: in the shopper's language if that could be fetched. */
export async function ownWords(language: string, own: Record<string, string>): Promise<Words> {
  return { ...ENGLISH, ...(await fetchWords(language, own).catch(() => [])) };
}

/** The files of this build, and the program among them: fetched once for all elements of a page. */

import type { Hand, Mounted } from "./after.ts";
import sheetText from "./style.css";

/** What each file must hash to. Put in by `build.mjs`. */
declare const FILES: { glue: string; wasm: string };

/** What the program's module exports. */
export interface Program {
  default(input: { module_or_path: Promise<Response> }): Promise<unknown>;
  begin(hand: Hand): Mounted;
  /** What the file with the parts hashes to: most pages need not know. */
  parts: string;
  /** The rest of the style sheet. */
  sheet: string;
}

export const here = import.meta.url;
export const address = (name: string) => new URL(name, here).href;

/** The file with this hash, whose beginning is the end of its name. */
export const file = (stem: string, hash: string, extension: string) => ({
  href: address(`${stem}-${hash.slice(0, 12).replace(/[+/]/g, "0")}.${extension}`),
  integrity: `sha256-${hash}`,
});

export const sheet = new CSSStyleSheet();
export const later = new CSSStyleSheet();
sheet.replaceSync(sheetText);

let program: Promise<Program> | undefined;

/** Fetches the program once for all elements; after a failure the next element tries again. */
export function fetchProgram(): Promise<Program> {
  program ??= startProgram().catch((error) => {
    program = undefined;
    throw error;
  });
  return program;
}

async function startProgram(): Promise<Program> {
  const { href, integrity } = file("florin", FILES.wasm, "wasm");
  const bytes = fetch(href, { integrity });
  bytes.catch(() => {}); // Awaited below; until then it must not count as unhandled.
  const loaded: Program = await fetchModule("florin", FILES.glue);
  await loaded.default({ module_or_path: bytes });
  later.replaceSync(loaded.sheet);
  return loaded;
}

/** Imports a module. `import()` has no `integrity`; what was preloaded with one is checked by it. */
export async function fetchModule(stem: string, hash: string) {
  const link = document.createElement("link");
  Object.assign(link, { rel: "modulepreload", crossOrigin: "anonymous", ...file(stem, hash, "js") });
  document.head.append(link);
  try {
    return await import(link.href);
  } finally {
    link.remove();
  }
}

/** The program for a checkout whose parts the merchant places (`parts.ts`); they know of it before it is there. */
export async function fetchParts(checkout: HTMLElement, box: HTMLElement): Promise<Pick<Program, "begin">> {
  const program = fetchProgram();
  program.catch(() => {}); // Awaited by the parts.
  const { parts } = await fetchModule("florin", FILES.glue);
  return (await fetchModule("parts", parts)).join(checkout, box, program);
}

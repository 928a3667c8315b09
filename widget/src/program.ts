/** The files of this build, and the program among them: fetched once for all elements of a page. */

import sheetText from "./style.css";

/** A file of this build, with what it must hash to. Put in by `build.mjs`. */
export interface File {
  name: string;
  integrity: string;
}
declare const FILES: { glue: File; wasm: File };

/** What the program exports. */
export interface Program {
  default(input: { module_or_path: Promise<Response> }): Promise<unknown>;
  mount(options: object): { free(): void } | undefined;
  /** The rest of the style sheet. */
  sheet: string;
}

export const here = import.meta.url;
export const address = (file: File) => new URL(file.name, here).href;

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
  const { glue, wasm } = FILES;
  const bytes = fetch(address(wasm), { integrity: wasm.integrity });
  bytes.catch(() => {}); // Awaited below; until then it must not count as unhandled.
  // `import()` has no `integrity`; a module that was preloaded with one is checked by it.
  const link = document.createElement("link");
  Object.assign(link, { rel: "modulepreload", href: address(glue), integrity: glue.integrity, crossOrigin: "anonymous" });
  document.head.append(link);
  try {
    const loaded: Program = await import(link.href);
    await loaded.default({ module_or_path: bytes });
    later.replaceSync(loaded.sheet);
    return loaded;
  } finally {
    link.remove();
  }
}

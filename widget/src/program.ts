/** The files of this build, and the program among them: fetched once for all elements of a page. */

import sheetText from "./style.css";

/** A file of this build, with what it must hash to. Put in by `build.mjs`. */
export interface File {
  name: string;
  integrity: string;
}
declare const FILES: { glue: File; wasm: File };

/** A mounted checkout. */
export interface Mounted {
  free(): void;
  /** Draws a part into `root`, an element of the page; its number. */
  place(wanted: { show: string; methods: string[]; root: Element }): number;
  take(number: number): void;
}

/** A program for a checkout whose parts are drawn with it. */
export interface Joined {
  mount(options: object): { free(): void } | undefined;
}

/** What the program exports. */
export interface Program {
  default(input: { module_or_path: Promise<Response> }): Promise<unknown>;
  mount(options: object): Mounted | undefined;
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
  const loaded: Program = await load(glue);
  await loaded.default({ module_or_path: bytes });
  later.replaceSync(loaded.sheet);
  return loaded;
}

/** A module of this build. `import()` has no `integrity`; one that was preloaded with it is checked by it. */
async function load(file: File) {
  const link = document.createElement("link");
  Object.assign(link, { rel: "modulepreload", href: address(file), integrity: file.integrity, crossOrigin: "anonymous" });
  document.head.append(link);
  try {
    return await import(link.href);
  } finally {
    link.remove();
  }
}

/** The program for a checkout whose parts the merchant places (`parts.ts`); they know of it before it is there. */
export async function fetchParts(checkout: HTMLElement, box: HTMLElement): Promise<Joined> {
  const program = fetchProgram();
  program.catch(() => {}); // Awaited by the parts.
  return (await load((await load(FILES.glue)).parts)).join(checkout, box, program);
}

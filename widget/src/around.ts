/**
 * What may stand around the checkout: a window of its own (`dialog`), or the hosted page in a frame (`frame`). Fetched by
 * the loader only for a page that asks for one of them.
 */

import sheetText from "./around.css";
import { dialog } from "./dialog.ts";
import type { FlorinCheckoutElement } from "./types.ts";

/** The file with the frame, which a window need not carry. Put in by `build.mjs`. */
declare const FRAME: { name: string; integrity: string };

/** What the loader hands over. */
export interface Within {
  presentation: string;
  element: FlorinCheckoutElement;
  /** The checkout, as yet grey bars. */
  box: HTMLElement;
  /** The hosted page. */
  hosted: string;
  /** Ends of the promise `ready`. */
  settle: { resolve(): void; reject(error: unknown): void };
  /** Offers the hosted page instead. */
  fail(error: unknown): void;
}

/** What stands around. */
export interface Around {
  /** Whether the checkout is shown in there, and the loader has nothing to do. */
  alone?: boolean;
  /** Follows the wish to open or to close. */
  show?(open: boolean): void;
  /** The program, or what is said in its place, stands in the box. */
  filled?(words: Record<number, string>): void;
  /** The element stands elsewhere now. */
  moved?(): void;
  /** The element is about to show something else, or nothing. */
  free?(): void;
}

/** The frame, once its file has come; until then the grey bars stand there. */
function framed(within: Within): Around {
  let frame: Around | undefined;
  let over = false;
  const link = document.createElement("link");
  Object.assign(link, { rel: "modulepreload", crossOrigin: "anonymous", integrity: FRAME.integrity, href: new URL(FRAME.name, import.meta.url).href });
  within.element.shadowRoot!.replaceChildren(within.box);
  document.head.append(link);
  import(link.href)
    .then((file: { frame: typeof framed }) => {
      if (!over) frame = file.frame(within);
    })
    // Also where the address is none that a frame could have.
    .catch(within.fail)
    .finally(() => link.remove());
  return {
    alone: true,
    free() {
      over = true;
      frame?.free?.();
    },
  };
}

const kinds: Record<string, (within: Within) => Around> = { dialog, frame: framed };
const sheet = new CSSStyleSheet();
sheet.replaceSync(sheetText);

/** Builds what is asked for; what nobody knows here is no reason to show nothing. */
export function around(within: Within): Around {
  const { presentation, element, box } = within;
  const root = element.shadowRoot!;
  const kind = kinds[presentation];
  if (kind) {
    if (!root.adoptedStyleSheets.includes(sheet)) root.adoptedStyleSheets.push(sheet);
    return kind(within);
  }
  console.warn(`florin: this build knows no presentation "${presentation}"; the checkout is shown inline`);
  root.replaceChildren(box);
  return {};
}

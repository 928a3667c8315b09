/**
 * What may stand around the checkout: a window of its own (`dialog`), or the hosted page in a frame (`frame`). Fetched by
 * the loader only for a page that asks for one of them.
 */

import sheetText from "./around.css";
import { dialog } from "./dialog.ts";
import { frame } from "./frame.ts";
import type { FlorinCheckoutElement } from "./types.ts";

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

const kinds: Record<string, (within: Within) => Around> = { dialog, frame };
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

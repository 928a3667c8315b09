/**
 * The class keeps what `types.ts` tells merchants. Nothing of this file reaches a browser: `npm run check` fails
 * when the element, its properties or `window.Florin` and the published types differ.
 */

import type { Florin, FlorinCheckout } from "./florin.ts";
import type { FlorinPart } from "./parts.ts";
import type { FlorinApi, FlorinCheckoutElement, FlorinPartElement } from "./types.ts";

/** The names that a class adds to an ordinary element. */
type Own<Class> = Exclude<keyof Class, keyof HTMLElement>;
type Same<A, B> = [A] extends [B] ? ([B] extends [A] ? true : false) : false;
/** What the browser itself calls. */
type Callback = "connectedCallback" | "disconnectedCallback" | "attributeChangedCallback";

type Holds<T extends true> = T;
export type Kept = [
  Holds<FlorinCheckout extends FlorinCheckoutElement ? true : false>,
  Holds<Same<Exclude<Own<FlorinCheckout>, Callback>, Own<FlorinCheckoutElement>>>,
  Holds<FlorinPart extends FlorinPartElement ? true : false>,
  Holds<Same<Exclude<Own<FlorinPart>, Callback | "update" | "dress">, Own<FlorinPartElement>>>,
  Holds<typeof Florin extends FlorinApi ? true : false>,
];

/** What the wrappers share: the element's attributes, its events, and the two things that only a browser can do. */

import { loadFlorin, type FlorinCheckoutElement, type FlorinEventMap, type FlorinOptions, type FlorinShow, type LoadOptions } from "./index.js";

/** Attributes by their property. */
const attributes = {
  sessionId: "session-id",
  clientToken: "client-token",
  locale: "locale",
  theme: "theme",
  mode: "mode",
  presentation: "presentation",
  apiBase: "api-base",
} satisfies Record<Exclude<keyof FlorinOptions, "translations">, string>;

/** Events by their short name. */
export const events = {
  ready: "florin-ready",
  methodChange: "florin-method-change",
  action: "florin-action",
  fail: "florin-fail",
  cancel: "florin-cancel",
  success: "florin-success",
  expire: "florin-expire",
  close: "florin-close",
  error: "florin-error",
} as const satisfies Record<string, keyof FlorinEventMap>;

export type EventName = keyof typeof events;
export type FlorinEvent<Name extends EventName> = FlorinEventMap[(typeof events)[Name]];
export const eventNames = Object.keys(events) as EventName[];

/** A component's properties: the element's, before there is a session too, and where to load the script from. */
export type CheckoutProps = {
  [Name in keyof FlorinOptions]?: FlorinOptions[Name] | null | undefined;
} & {
  /** Loads the script as `loadFlorin` does. Without it, load it yourself. */
  src?: string | undefined;
  integrity?: string | undefined;
};

/** The attributes that have a value, for a server's markup as well. */
export function attributesOf(props: CheckoutProps): Record<string, string> {
  const given = Object.entries(attributes).map(([name, attribute]) => [attribute, props[name as keyof typeof attributes]]);
  return Object.fromEntries(given.filter(([, value]) => value != null));
}

/** A part's properties; `for` is the id of its checkout. */
export interface PartProps {
  show: FlorinShow;
  method?: string | null | undefined;
  only?: string | null | undefined;
  for?: string | null | undefined;
}

/** Those of them that have a value, which are its attributes. */
export function attributesOfPart({ show, method, only, for: checkout }: PartProps): Record<string, string> {
  const given = Object.entries({ show, method, only, for: checkout });
  return Object.fromEntries(given.filter((one): one is [string, string] => one[1] != null));
}

/** Sets texts that are new; a repeated assignment would start the checkout anew. */
export function translate(element: FlorinCheckoutElement, texts: Record<string, string> | null | undefined): void {
  const wanted = texts ?? {};
  if (JSON.stringify(element.translations ?? {}) !== JSON.stringify(wanted)) element.translations = wanted;
}

/** Loads the script; if it does not come, the element says so as it says everything. */
export function load(element: FlorinCheckoutElement, { src, integrity, sessionId }: CheckoutProps): void {
  if (!src) return;
  const options: LoadOptions = integrity ? { src, integrity } : { src };
  loadFlorin(options).catch((error: unknown) => {
    const detail = { version: 1, sessionId: sessionId ?? "", code: "NOT_LOADED", message: String(error) };
    element.dispatchEvent(new CustomEvent("florin-error", { detail, bubbles: true, composed: true }));
  });
}

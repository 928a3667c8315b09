/** What a page may say and hear: the properties and the events of `<florin-checkout>`. The npm package ships this file's types. */

/** What the detail of every event carries. */
export interface SessionDetail {
  /** Of the contract in `docs/events.md`. It rises only when something disappears or changes its meaning. */
  version: 1;
  sessionId: string;
}

/** The detail of an attempt's event; a session may have many. */
export interface AttemptDetail extends SessionDetail {
  orderId: string;
  /** `GCASH`, …; a name that you do not know is a newer method. */
  method: string;
}

/** `florin-action`: the shopper has something to do now. */
export interface ActionDetail extends AttemptDetail {
  /** `show_code` or `redirect`. */
  type: string;
  /** Where a redirect goes. */
  url?: string;
}

/** `florin-fail`: this attempt is over, the session is not. */
export interface FailDetail extends AttemptDetail {
  /** `DECLINED`, `RUN_OUT`, … */
  reason?: string;
}

/** `florin-success`: what a browser says is a hint; the webhook is the truth. */
export interface SuccessDetail extends SessionDetail {
  /** The attempt that counts. */
  orderId?: string;
}

/** `florin-error`: something was in the way; the shopper has been told, and offered a way on. */
export interface ErrorDetail extends SessionDetail {
  /** A `ret_code` of the API, or `OFFLINE`, `NO_ANSWER`, `NOT_LOADED`. */
  code: string;
  /** For the log, in English. */
  message: string;
}

/** Every event of `<florin-checkout>`. All bubble and are composed. */
export interface FlorinEventMap {
  "florin-ready": CustomEvent<SessionDetail>;
  "florin-method-change": CustomEvent<SessionDetail & { method: string }>;
  /** Cancelable: `preventDefault()` stops the navigation. */
  "florin-action": CustomEvent<ActionDetail>;
  "florin-fail": CustomEvent<FailDetail>;
  "florin-cancel": CustomEvent<AttemptDetail>;
  /** Cancelable: `preventDefault()` stops the navigation. */
  "florin-success": CustomEvent<SuccessDetail>;
  "florin-expire": CustomEvent<SessionDetail>;
  "florin-close": CustomEvent<SessionDetail>;
  "florin-error": CustomEvent<ErrorDetail>;
}

/** What `Florin.create` takes: the element's properties. */
export interface FlorinOptions {
  sessionId: string;
  clientToken: string;
  /** BCP 47, such as `zh-Hans`. Without it: the session's `display_locale`, the page's language, the browser's, English. */
  locale?: string;
  theme?: "light" | "dark" | "auto";
  /** `drop-in`: the list with everything. `component`: you place the parts, as `<florin-part>`. */
  mode?: "drop-in" | "component";
  /**
   * `inline`: the list stands in the page, the code over it. `dialog`: nothing is seen until `open()`. `frame`: the hosted
   * page in a frame, for pages that forbid WebAssembly.
   */
  presentation?: "inline" | "dialog" | "frame";
  /** The server, where it is not the one that `florin.js` came from. */
  apiBase?: string;
  /** Single texts by their key, over those of the locale. */
  translations?: Record<string, string>;
}

/** `<florin-checkout>`. Each property but `translations` and `ready` reflects an attribute: `sessionId` is `session-id`. */
export interface FlorinCheckoutElement extends HTMLElement {
  sessionId: string | null;
  clientToken: string | null;
  locale: string | null;
  theme: string | null;
  mode: string | null;
  presentation: string | null;
  apiBase: string | null;
  translations: Record<string, string>;
  /** Resolves when the list is there; rejects when it cannot be shown. Whatever is shown next brings a new promise. */
  ready: Promise<void>;
  /** Whether the window of `presentation="dialog"` is open; `toggle` is sent when that changes. */
  readonly isOpen: boolean;
  /** Opens that window. */
  open(): void;
  /** Closes it, and ends nothing: opened again, it shows how far the payment is. */
  close(): void;
}

/** What a `<florin-part>` shows. */
export type FlorinShow = "method" | "methods" | "code" | "clock" | "amount" | "result";

/** `<florin-part>`: a piece of a checkout with `mode="component"`, anywhere in the page. Each property reflects its attribute. */
export interface FlorinPartElement extends HTMLElement {
  /** One of `FlorinShow`. */
  show: string | null;
  /** For `method`: which, such as `GCASH`. */
  method: string | null;
  /** For `methods`: which of them, such as `GCASH,MAYA`; without it all. */
  only: string | null;
  /** The attribute `for`: the id of the checkout. Without it: the one around the part, or the only one of the page. */
  htmlFor: string | null;
}

/** `window.Florin`: for pages that would rather write script than markup. */
export interface FlorinApi {
  create(options: FlorinOptions): {
    element: FlorinCheckoutElement;
    /** Puts the checkout into an element, or the first that matches a selector. */
    mount(place: Element | string): FlorinCheckoutElement;
  };
}

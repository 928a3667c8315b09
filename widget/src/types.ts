/** What a page may say and hear: the properties and the events of `<florin-checkout>`. */

/** The detail of an attempt's event: `florin-action`, `florin-fail`, `florin-cancel`. */
export interface AttemptDetail {
  sessionId: string;
  orderId: string;
  method: string;
  /** Of `florin-action`: `show_code` or `redirect`. */
  type?: string;
  /** Of `florin-action`: where a redirect goes. */
  url?: string;
  /** Of `florin-fail`: `DECLINED`, `RUN_OUT`, … */
  reason?: string;
}

/** The detail of a session's event. What a browser says is a hint; the webhook is the truth. */
export interface SessionDetail {
  sessionId: string;
  /** Of `florin-success`: the attempt that counts. */
  orderId?: string;
}

/** Every event of `<florin-checkout>`. All bubble and are composed. */
export interface FlorinEventMap {
  "florin-ready": CustomEvent<SessionDetail>;
  "florin-method-change": CustomEvent<{ sessionId: string; method: string }>;
  /** Cancelable: `preventDefault()` stops the navigation. */
  "florin-action": CustomEvent<AttemptDetail>;
  "florin-fail": CustomEvent<AttemptDetail>;
  "florin-cancel": CustomEvent<AttemptDetail>;
  /** Cancelable: `preventDefault()` stops the navigation. */
  "florin-success": CustomEvent<SessionDetail>;
  "florin-expire": CustomEvent<SessionDetail>;
  "florin-close": CustomEvent<SessionDetail>;
  "florin-error": CustomEvent<{ sessionId: string; code: string; message: string }>;
}

/** What `Florin.create` takes: the element's properties. */
export interface FlorinOptions {
  sessionId: string;
  clientToken: string;
  locale?: string;
  theme?: "light" | "dark" | "auto";
  /** `inline`: the list stands in the page, the code over it. */
  presentation?: "inline";
  apiBase?: string;
  /** Single texts by their key, over those of the locale. */
  translations?: Record<string, string>;
}

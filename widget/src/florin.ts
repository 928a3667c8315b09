/**
 * The loader: the class the browser asks for.
 *
 * It paints a skeleton, fetches the view and the program at the same moment, and hands both to each other. If anything of
 * that fails, it offers the hosted page, which always works. What is shown from then on is the program's.
 */

import sheetText from "./style.css";

/** A file of this build, with what it must hash to. Put in by `build.mjs`. */
interface File {
  name: string;
  integrity: string;
}
declare const FILES: { glue: File; wasm: File; locales: Record<string, File> };

/** What the program exports. */
interface Program {
  default(input: { module_or_path: Promise<Response> }): Promise<unknown>;
  mount(options: object): { free(): void } | undefined;
  /** The rest of the style sheet. */
  sheet: string;
}

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
  theme?: "light" | "dark";
  /** `inline`: the list stands in the page, the code over it. */
  presentation?: "inline";
  apiBase?: string;
  /** Single texts by their key, over those of the locale. */
  translations?: Record<string, string>;
}

const here = import.meta.url;
const address = (file: File) => new URL(file.name, here).href;

const sheet = new CSSStyleSheet();
const later = new CSSStyleSheet();
sheet.replaceSync(sheetText);

let program: Promise<Program> | undefined;

/** Fetches the program once for all elements; after a failure the next element tries again. */
function fetchProgram(): Promise<Program> {
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

type Words = Record<string, string>;
const words = new Map<string, Promise<Words>>();

/** The texts of a language that travels apart; English is in the program. */
function fetchWords(language: string): Promise<Words> {
  const file = FILES.locales[language];
  if (!file) return Promise.resolve({});
  let texts = words.get(language);
  if (!texts) {
    texts = fetch(address(file), { integrity: file.integrity }).then((answer) => answer.json());
    texts.catch(() => words.delete(language));
    words.set(language, texts);
  }
  return texts;
}

/** Which of our languages a tag means: `zh-CN` and `zh` are `zh-Hans`, `zh-TW` is not. */
function language(tag: string): string | undefined {
  try {
    const { language, script } = new Intl.Locale(tag).maximize();
    return ["en", ...Object.keys(FILES.locales)].find((ours) => ours === language || ours === `${language}-${script}`);
  } catch {
    return undefined;
  }
}

function part<K extends keyof HTMLElementTagNameMap>(tag: K, name: string, ...inside: (Node | string)[]) {
  const element = document.createElement(tag);
  element.className = name;
  element.append(...inside);
  return element;
}

/** Grey bars where the list will be. */
function skeleton() {
  const row = () => part("div", "row bone", part("i", "b1"), part("span", "text", part("i", "b2"), part("i", "b3")));
  const card = part("section", "card", part("div", "sum", part("i", "b4")), row(), row(), row(), row());
  card.ariaBusy = "true";
  return card;
}

const attributes = ["session-id", "client-token", "locale", "theme", "presentation", "api-base"] as const;
const camel = (name: string) => name.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase());

/** `<florin-checkout session-id client-token locale>`. */
export class FlorinCheckout extends HTMLElement {
  static observedAttributes = attributes;

  /** Resolves when the list is there; rejects when it cannot be shown. A new session brings a new promise. */
  ready!: Promise<void>;
  declare sessionId: string | null;
  declare clientToken: string | null;
  declare locale: string | null;
  declare theme: string | null;
  declare presentation: string | null;
  declare apiBase: string | null;

  #root = this.attachShadow({ mode: "open" });
  #rule = new CSSStyleSheet();
  #settle!: { resolve(): void; reject(error: unknown): void };
  #translations: Record<string, string> = {};
  #running = "";
  #run = 0;
  #over = "";
  #queued = false;
  #serverTheme = "";
  #box?: HTMLElement;
  #handle?: { free(): void };

  constructor() {
    super();
    this.#rule.replaceSync(":host{}");
    this.#root.adoptedStyleSheets = [sheet, later, this.#rule];
    this.#promise();
  }

  get translations() {
    return this.#translations;
  }
  set translations(texts: Record<string, string>) {
    this.#translations = texts;
    this.#running = "";
    this.#queue();
  }

  connectedCallback() {
    for (const name of [...attributes.map(camel), "translations"]) {
      // A property that was set before the browser knew this class hides ours.
      if (Object.hasOwn(this, name)) {
        const self = this as Record<string, unknown>;
        const value = self[name];
        delete self[name];
        self[name] = value;
      }
    }
    const dialog = this.#root.querySelector("dialog");
    if (dialog?.open) {
      // Moved: it is open still, but no longer over an inert page.
      dialog.removeAttribute("open");
      dialog.showModal();
    }
    this.#queue();
  }

  disconnectedCallback() {
    this.#queue();
  }

  attributeChangedCallback() {
    this.#queue();
  }

  /** Takes everything that changes in one go together, after it. */
  #queue() {
    if (this.#queued) return;
    this.#queued = true;
    queueMicrotask(() => {
      this.#queued = false;
      this.#update();
    });
  }

  #update() {
    if (!this.isConnected || !this.sessionId) return this.#stop();
    this.#dress();
    const { sessionId, clientToken, locale, presentation, apiBase } = this;
    const wanted = JSON.stringify([sessionId, clientToken, locale, presentation, apiBase]);
    if (wanted === this.#running) return;
    if (this.#running) this.#promise();
    this.#stop();
    this.#running = wanted;
    void this.#start(sessionId!, ++this.#run);
  }

  #promise() {
    this.ready = new Promise((resolve, reject) => (this.#settle = { resolve, reject }));
    this.ready.catch(() => {}); // Whoever wants to know asks for it.
  }

  #stop() {
    this.#run++;
    this.#running = "";
    this.#handle?.free();
    this.#handle = undefined;
    this.#root.replaceChildren();
    this.#box = undefined;
    this.#rule.replaceSync(":host{}");
  }

  /** The page's theme, else the merchant's, else the device's. */
  #dress() {
    if (this.#box) this.#box.className = `florin ${this.theme ?? this.#serverTheme}`;
  }

  async #start(session: string, run: number) {
    const base = (this.apiBase ?? new URL(here).origin).replace(/\/$/, "");
    const hosted = `${base}/pay/${session}`;
    const box = part("div", "florin", skeleton());
    this.#box = box;
    this.#dress();
    this.#root.replaceChildren(box);

    const calls = `${base}/v1/checkout/${session}`;
    const [loaded, view] = [fetchProgram(), this.#fetchView(calls)];
    // Awaited below, all at once on their way.
    loaded.catch(() => {});
    fetchWords(this.#locale().language).catch(() => {});
    try {
      const answer = await view;
      const at = performance.now();
      const shown = answer?.data;
      const chosen = this.#locale(shown?.display_locale);
      const texts = await fetchWords(chosen.language).catch(() => ({}));
      const { mount } = await loaded;
      if (run !== this.#run) return;

      this.#serverTheme = shown?.appearance?.theme ?? "";
      this.#dress();
      box.lang = chosen.tag;
      box.dir = /^(ar|fa|he|ur)\b/.test(chosen.language) ? "rtl" : "ltr";
      box.replaceChildren();
      this.#handle = mount({
        calls,
        token: this.clientToken ?? "",
        hosted: shown?.session_url ?? hosted,
        locale: chosen.tag,
        texts: { ...texts, ...this.#translations },
        view: answer,
        at,
        root: box,
        rule: (this.#rule.cssRules[0] as CSSStyleRule).style,
        emit: this.#emit,
      });
      if (!this.#handle) throw new Error("florin.js and its program are of two builds");
      if (shown) this.#settle.resolve();
      else this.#settle.reject(new Error(answer?.ret_msg ?? "The server does not answer"));
    } catch (error) {
      if (run === this.#run) this.#fail(hosted, error);
    }
  }

  /** The view, whatever the server says; `undefined` when it says nothing. */
  async #fetchView(calls: string) {
    try {
      const headers = { authorization: `Bearer ${this.clientToken}` };
      const signal = AbortSignal.timeout?.(15_000);
      const answer = await fetch(calls, { headers, signal, cache: "no-store", credentials: "omit" });
      return await answer.json();
    } catch {
      return undefined;
    }
  }

  /** The first language that we have: the attribute's, the merchant's, the page's, the browser's, English. */
  #locale(display?: string) {
    const page = this.closest<HTMLElement>("[lang]")?.lang;
    for (const tag of [this.locale, display, page, ...navigator.languages]) {
      const found = tag && language(tag);
      if (found) return { tag, language: found };
    }
    return { tag: "en", language: "en" };
  }

  /** Sends `florin-…`; false when the page prevented what would follow. A session ends once. */
  #emit = (name: string, detail: { sessionId: string }) => {
    if (/^(success|expire|close)$/.test(name)) {
      if (this.#over === detail.sessionId) return true;
      this.#over = detail.sessionId;
    }
    const cancelable = /^(action|success)$/.test(name);
    return this.dispatchEvent(new CustomEvent(`florin-${name}`, { detail, cancelable, bubbles: true, composed: true }));
  };

  /** The program did not come: the hosted page needs none. */
  #fail(hosted: string, error: unknown) {
    const link = part("a", "primary", "Open the secure payment page");
    link.href = hosted;
    const title = part("h2", "big", "The checkout cannot be shown here");
    this.#box?.replaceChildren(part("section", "card", title, part("p", "say", "You can pay on its own page instead."), link));
    const detail = { sessionId: this.sessionId ?? "", code: "NOT_LOADED", message: String(error) };
    this.#emit("error", detail);
    this.#settle.reject(error);
    console.error("florin:", error);
  }
}

for (const name of attributes) {
  Object.defineProperty(FlorinCheckout.prototype, camel(name), {
    configurable: true,
    enumerable: true,
    get(this: HTMLElement) {
      return this.getAttribute(name);
    },
    set(this: HTMLElement, value: string | null) {
      if (value == null) this.removeAttribute(name);
      else this.setAttribute(name, value);
    },
  });
}

/** For pages that would rather write script than markup. */
export const Florin = {
  create(options: FlorinOptions) {
    const element = Object.assign(document.createElement("florin-checkout"), options) as FlorinCheckout;
    return {
      element,
      /** Puts the checkout into an element, or the first that matches a selector. */
      mount(place: Element | string): FlorinCheckout {
        const target = typeof place === "string" ? document.querySelector(place) : place;
        if (!target) throw new Error(`florin: there is no ${place}`);
        target.append(element);
        return element;
      },
    };
  },
};

declare global {
  interface HTMLElementTagNameMap {
    "florin-checkout": FlorinCheckout;
  }
  interface HTMLElementEventMap extends FlorinEventMap {}
  interface Window {
    Florin: typeof Florin;
  }
}

if (!customElements.get("florin-checkout")) {
  customElements.define("florin-checkout", FlorinCheckout);
  window.Florin = Florin;
}

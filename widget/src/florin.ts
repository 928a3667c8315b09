/**
 * The loader: the class the browser asks for.
 *
 * It paints a skeleton, fetches the view and the program at the same moment, and hands both to each other. The view brings
 * the list as the server has drawn it, which can be used before the program is there (`early.ts`). If anything of that fails,
 * the loader offers the hosted page, which always works. What is shown from then on is the program's.
 */

import { paint } from "./early.ts";
import { fetchParts, fetchProgram, here, later, sheet } from "./program.ts";
import type { FlorinEventMap, FlorinOptions } from "./types.ts";
import { fetchWords, language, ownWords } from "./words.ts";

/** The number of each text that the loader itself may say. Put in by `build.mjs`. */
declare const TEXT: Record<"not_shown" | "not_shown_instead" | "open_page", number>;

export type * from "./types.ts";

/** A tag, and which of our languages it means. */
interface Tongue {
  tag: string;
  language: string;
}

function speak(box: HTMLElement, { tag, language }: Tongue) {
  box.lang = tag;
  box.dir = /^(ar|fa|he|ur)\b/.test(language) ? "rtl" : "ltr";
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

const attributes = ["session-id", "client-token", "locale", "theme", "mode", "presentation", "api-base"] as const;
const camel = (name: string) => name.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase());

/** `<florin-checkout session-id client-token locale>`. */
export class FlorinCheckout extends HTMLElement {
  static observedAttributes = attributes;

  /** Resolves when the list is there; rejects when it cannot be shown. Whatever is shown next brings a new promise. */
  ready!: Promise<void>;
  declare sessionId: string | null;
  declare clientToken: string | null;
  declare locale: string | null;
  declare theme: string | null;
  declare mode: string | null;
  declare presentation: string | null;
  declare apiBase: string | null;

  #root = this.attachShadow({ mode: "open" });
  #rule = new CSSStyleSheet();
  #settle!: { resolve(): void; reject(error: unknown): void };
  #translations: Record<string, string> = {};
  #settled = false;
  #running = "";
  #run = 0;
  #over = "";
  #queued = false;
  #box?: HTMLElement;
  #handle?: { free(): void };

  constructor() {
    super();
    this.#rule.replaceSync(".florin{}");
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
    const { sessionId, clientToken, locale, mode, presentation, apiBase } = this;
    const wanted = JSON.stringify([sessionId, clientToken, locale, mode, presentation, apiBase]);
    if (wanted === this.#running) return;
    this.#stop();
    this.#running = wanted;
    if (presentation && presentation !== "inline") {
      console.warn(`florin: this build knows no presentation "${presentation}"; the checkout is shown inline`);
    }
    void this.#start(sessionId!, ++this.#run);
  }

  #promise() {
    this.#settled = false;
    this.ready = new Promise((resolve, reject) => (this.#settle = { resolve, reject }));
    this.ready.finally(() => (this.#settled = true)).catch(() => {}); // Whoever wants to know asks for it.
  }

  #stop() {
    if (this.#settled) this.#promise();
    this.#run++;
    this.#running = "";
    this.#handle?.free();
    this.#handle = undefined;
    this.#root.replaceChildren();
    this.#box = undefined;
    this.#rule.replaceSync(".florin{}");
  }

  /** The page's theme; without one the sheets know the merchant's, and the device's. */
  #dress() {
    if (this.#box) this.#box.className = `florin ${this.theme ?? ""}`;
  }

  async #start(session: string, run: number) {
    const base = (this.apiBase ?? new URL(here).origin).replace(/\/$/, "");
    const hosted = `${base}/pay/${session}`;
    // A link from the hosted page to itself would lead nowhere.
    const isHosted = location.origin + location.pathname === hosted;
    // The merchant places the parts: nothing of them stands here.
    const inParts = this.mode === "component";
    const box = part("div", "florin", inParts ? "" : skeleton());
    this.#box = box;
    this.#dress();
    this.#root.replaceChildren(box);

    const calls = `${base}/v1/checkout/${session}`;
    const [loaded, view] = [inParts ? fetchParts(this, box) : fetchProgram(), this.#fetchView(calls, inParts)];
    // Awaited below, all at once on their way.
    loaded.catch(() => {});
    let chosen = this.#locale();
    fetchWords(chosen.language, this.#translations).catch(() => {});
    try {
      const answer = await view;
      const at = performance.now();
      const shown = answer?.data;
      chosen = this.#locale(shown?.display_locale);
      if (run !== this.#run) return;

      speak(box, chosen);
      const drawn = shown?.markup?.language === chosen.language;
      this.#rule.replaceSync(`.florin{${shown?.appearance?.css ?? ""}}${drawn ? shown.markup.style : ""}`);
      let pressed: Promise<Response> | undefined;
      if (drawn) {
        try {
          paint(box, shown, chosen.tag, (wanted) => {
            pressed = this.#ask(`${calls}/transactions`, 25_000, JSON.stringify(wanted));
            pressed.catch(() => {}); // The program hears of it.
          });
        } catch {} // The program draws it.
      }
      const texts = await fetchWords(chosen.language, this.#translations);
      const { mount } = await loaded;
      if (run !== this.#run) return;

      const chosenRow = box.querySelector<HTMLInputElement>("input:checked");
      const focused = this.#root.activeElement;
      box.replaceChildren();
      this.#handle = mount({
        calls,
        token: this.clientToken ?? "",
        hosted: isHosted ? "" : (shown?.session_url ?? hosted),
        locale: chosen.tag,
        texts,
        view: answer,
        at,
        chosen: chosenRow?.value,
        pressed,
        // The first to send something gets the answer to what was pressed.
        fetch: (url: string, init: RequestInit) => {
          const sent = init.body && pressed;
          if (sent) pressed = undefined;
          return sent || fetch(url, init);
        },
        root: box,
        rule: (this.#rule.cssRules[0] as CSSStyleRule).style,
        emit: this.#emit,
      });
      if (!this.#handle) throw new Error("florin.js and its program are of two builds");
      const again = focused && (focused === chosenRow ? "input:checked" : ".pay");
      if (again) box.querySelector<HTMLElement>(again)?.focus({ preventScroll: true });
      if (shown) this.#settle.resolve();
      else this.#settle.reject(new Error(answer?.ret_msg ?? "The server does not answer"));
    } catch (error) {
      if (run === this.#run) void this.#fail(session, isHosted ? `${hosted}?plain=1` : hosted, chosen, error);
    }
  }

  #ask(url: string, limit: number, body?: string) {
    const headers = { authorization: `Bearer ${this.clientToken}`, "content-type": "application/json" };
    const signal = AbortSignal.timeout?.(limit);
    return fetch(url, { method: body && "POST", headers, body, signal, cache: "no-store", credentials: "omit" });
  }

  /** The view, whatever the server says; `undefined` when it says nothing. A page's own texts are not the server's to draw. */
  async #fetchView(calls: string, inParts: boolean) {
    const own = inParts || Object.keys(this.#translations).length;
    try {
      return await (await this.#ask(own ? calls : `${calls}?locales=${this.#tags("*")}`, 15_000)).json();
    } catch {
      return undefined;
    }
  }

  /** What the shopper may read, best first: by the attribute, the merchant, the page, the browser. */
  #tags(display?: string) {
    return [this.locale, display, this.closest<HTMLElement>("[lang]")?.lang, ...navigator.languages];
  }

  /** The first of them that we have, else English. */
  #locale(display?: string): Tongue {
    for (const tag of this.#tags(display)) {
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
    const told = { detail: { version: 1, ...detail }, cancelable, bubbles: true, composed: true };
    return this.dispatchEvent(new CustomEvent(`florin-${name}`, told));
  };

  /** The program did not come: the hosted page needs none of a merchant's, and in its plain form none at all. */
  async #fail(session: string, hosted: string, tongue: Tongue, error: unknown) {
    const run = this.#run;
    console.error("florin:", error);
    const detail = { sessionId: session, code: "NOT_LOADED", message: String(error) };
    this.#emit("error", detail);
    this.#settle.reject(error);

    const words = await ownWords(tongue.language, this.#translations);
    const box = this.#box;
    if (run !== this.#run || !box) return;
    speak(box, tongue);
    const title = part("h2", "big", words[TEXT.not_shown]!);
    const link = part("a", "primary", words[TEXT.open_page]!);
    link.href = hosted;
    box.replaceChildren(part("section", "card", title, part("p", "say", words[TEXT.not_shown_instead]!), link));
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

/**
 * The loader: the class the browser asks for.
 *
 * It paints a skeleton, fetches the view and the program at the same moment, and hands both to each other. The view brings
 * the list as the server has drawn it, which can be used before the program is there (`early.ts`). If anything of that fails,
 * the loader offers the hosted page, which always works. What is shown from then on is the program's.
 */

import type { Mounted, Settle } from "./after.ts";
import type { Around, Within } from "./around.ts";
import { listen, paint } from "./early.ts";
import { fetchModule, fetchParts, fetchProgram, here, later, sheet } from "./program.ts";
import type { FlorinEventMap, FlorinOptions } from "./types.ts";
import { fetchWords, language, ownWords } from "./words.ts";

/** What stands around the checkout, by its hash; and the number of each text that the loader itself may say. Put in by `build.mjs`. */
declare const FILES: { around: string };
declare const TEXT: Record<"not_shown" | "not_shown_instead" | "open_page", number>;

export type * from "./types.ts";

/** A tag, and which of our languages it means. */
interface Tongue {
  tag: string;
  language: string;
}

function speak(box: HTMLElement, { tag, language }: Tongue) {
  box.lang = tag;
  box.dir = language === "ar" ? "rtl" : "ltr";
}

function part<K extends keyof HTMLElementTagNameMap>(tag: K, name: string, ...inside: (Node | string)[]) {
  const element = document.createElement(tag);
  element.className = name;
  element.append(...inside);
  return element;
}

function post(url: string, limit: number, body: string, headers?: HeadersInit) {
  const signal = AbortSignal.timeout?.(limit);
  return fetch(url, { method: "POST", headers, body, signal, credentials: "omit" });
}

/** Grey bars where the list will be. */
function skeleton() {
  const row = () => part("div", "row bone");
  const card = part("section", "card", part("p", "sum bone"), row(), row(), row(), row());
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
  /** Whether the window of `presentation="dialog"` is open. */
  isOpen = false;
  declare sessionId: string | null;
  declare clientToken: string | null;
  declare locale: string | null;
  declare theme: string | null;
  declare mode: string | null;
  declare presentation: string | null;
  declare apiBase: string | null;

  #root = this.shadowRoot ?? this.attachShadow({ mode: "open" });
  #looks = new CSSStyleSheet();
  #settle!: Settle;
  #translations: Record<string, string> = {};
  #settled = false;
  #running = "";
  #run = 0;
  #queued = false;
  #around?: Around;
  #mounted?: Mounted;

  constructor() {
    super();
    this.#wear();
    this.#root.adoptedStyleSheets = [sheet, later, this.#looks];
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

  open() {
    this.#show(true);
  }
  close() {
    this.#show(false);
  }
  #show(open: boolean) {
    this.isOpen = open;
    this.#around?.show?.(open);
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
    this.#around?.moved?.();
    this.#mounted?.moved();
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
    // The theme is the sheet's affair.
    const wanted = JSON.stringify(attributes.map((name) => name !== "theme" && this.getAttribute(name)));
    if (wanted === this.#running) return;
    // What the page's own server has printed is taken over.
    if (this.#run) this.#stop();
    this.#running = wanted;
    void this.#start(this.sessionId, ++this.#run);
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
    this.#mounted?.free();
    this.#around?.free?.();
    this.#mounted = this.#around = undefined;
    this.#root.replaceChildren();
    this.#wear();
  }

  /** The merchant's looks, and rules for the list as the server has drawn it. */
  #wear(css = "", rules = "") {
    this.#looks.replaceSync(`.florin{${css}}${rules}`);
  }

  async #start(session: string, run: number) {
    const base = (this.apiBase ?? new URL(here).origin).replace(/\/$/, "");
    const hosted = `${base}/pay/${session}`;
    // A link from the hosted page to itself would lead nowhere.
    const isHosted = location.origin + location.pathname === hosted;
    const { presentation } = this;
    // The merchant places the parts: nothing of them stands here.
    const inParts = this.mode === "component";
    const wrapped = !inParts && presentation && presentation !== "inline";
    const printed = !inParts && !wrapped && this.#root.getElementById(session);
    const box = printed || part("div", "florin", inParts ? "" : skeleton());
    const fail = (error: unknown) => {
      if (run === this.#run) void this.#fail(box, session, isHosted ? `${hosted}?plain=1` : hosted, chosen, error);
    };
    const calls = `${base}/v1/checkout/${session}`;
    let pressed: Promise<Response> | undefined;
    const pay = (wanted: object) => {
      const headers = { authorization: `Bearer ${this.clientToken}`, "content-type": "application/json" };
      pressed = post(`${calls}/transactions`, 25_000, JSON.stringify(wanted), headers);
      pressed.catch(() => {}); // The program hears of it.
    };
    let chosen = this.#locale();
    try {
      if (printed) {
        const style = box.previousElementSibling!;
        this.#looks.replaceSync(style.textContent!);
        style.remove();
        listen(box, pay);
      } else if (wrapped) {
        const { around } = await fetchModule("around", FILES.around);
        if (run !== this.#run) return;
        const built: Around = around({ presentation, element: this, box, hosted, settle: this.#settle, fail } satisfies Within);
        this.#around = built;
        if (built.alone) return;
      } else this.#root.replaceChildren(box);

      const bare = inParts || printed;
      const view = this.#fetchView(hosted, bare);
      // The list waits for the view alone, and on a slow line the program beside it would take most of what there is.
      const loaded = Promise.resolve(bare || view).then(() => (inParts ? fetchParts(this, box) : fetchProgram()));
      loaded.catch(() => {}); // Awaited below.
      const answer = await view;
      const at = performance.now();
      const shown = answer?.data;
      chosen = this.#locale(shown?.display_locale);
      if (run !== this.#run) return;

      speak(box, chosen);
      const drawn = shown?.markup?.language === chosen.language;
      const css = shown?.appearance?.css;
      if (!printed) this.#wear(css, drawn ? shown.markup.style : "");
      if (drawn) {
        try {
          paint(box, shown, chosen.tag);
          listen(box, pay, shown.version);
        } catch {} // The program draws it.
      }
      const texts = await fetchWords(chosen.language, this.#translations);
      const { begin } = await loaded;
      if (run !== this.#run) return;

      this.#wear(css);
      this.#mounted = begin({
        element: this,
        box,
        looks: this.#looks,
        calls,
        hosted: isHosted ? "" : hosted,
        locale: chosen.tag,
        texts,
        view: answer,
        at,
        pressed,
        settle: this.#settle,
      });
      this.#around?.filled?.(texts);
    } catch (error) {
      fail(error);
    }
  }

  /**
   * The view, whatever the server says; `undefined` when it says nothing. A page's own texts are not the server's to draw.
   * Asked as a text: for a header of ours, the browser would first ask the server whether it may send it. What the page
   * has asked for already is taken, once, if it is this view.
   */
  async #fetchView(hosted: string, own: unknown) {
    const url = `${hosted}/view`;
    const drawn = !own && !Object.keys(this.#translations).length;
    try {
      const ahead = await window.florinAhead;
      const fits = drawn && ahead?.url === url && !ahead.bodyUsed;
      return await (fits ? ahead! : await post(url, 15_000, `${this.clientToken} ${drawn ? this.#tags("*") : ""}`)).json();
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

  /** The program did not come: the hosted page needs none of a merchant's, and in its plain form none at all. */
  async #fail(box: HTMLElement, session: string, hosted: string, tongue: Tongue, error: unknown) {
    const run = this.#run;
    console.error("florin:", error);
    const detail = { version: 1, sessionId: session, code: "NOT_LOADED", message: String(error) };
    this.dispatchEvent(new CustomEvent("florin-error", { detail, bubbles: true, composed: true }));
    this.#settle.reject(error);

    const words = await ownWords(tongue.language, this.#translations);
    if (run !== this.#run) return;
    speak(box, tongue);
    const title = part("h2", "big", words[TEXT.not_shown]!);
    const link = part("a", "primary", words[TEXT.open_page]!);
    link.href = hosted;
    this.#around?.filled?.(words);
    if (!box.isConnected) this.#root.append(box);
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
    /** The view, asked for by the page itself while this file was on its way (`docs/printed.md`). */
    florinAhead?: Promise<Response | undefined>;
  }
}

if (!customElements.get("florin-checkout")) {
  customElements.define("florin-checkout", FlorinCheckout);
  window.Florin = Florin;
}

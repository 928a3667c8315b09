/**
 * `<florin-part>`: a piece of a checkout where the merchant wants it.
 *
 * A checkout with `mode="component"` fetches this and brings the session; the parts are drawn by its one program, from its one
 * state. Here they find each other, whichever comes first, and whatever is moved, changed or taken away.
 */

import sheetText from "./css/parts.css";
import type { Mounted } from "./after.ts";
import type { Program } from "./program.ts";

/** A checkout whose parts stand elsewhere. */
interface Till {
  checkout: Element;
  box: HTMLElement;
  /** Once the program is there. */
  mounted?: Mounted;
}

const shows = ["method", "methods", "code", "clock", "amount", "result"];
const attributes = ["show", "method", "only", "for"] as const;
const property = (name: string) => (name === "for" ? "htmlFor" : name);

const tills = new Map<Element, Till>();
const parts = new Set<FlorinPart>();
const sheet = new CSSStyleSheet();
sheet.replaceSync(sheetText);

function element(tag: string, name: string, ...inside: Node[]) {
  const made = document.createElement(tag);
  made.className = name;
  made.append(...inside);
  return made;
}

/** What stands where something will be. */
function skeleton(show: string): Node[] {
  if (show === "method") return [element("div", "one bone")];
  if (show === "clock" || show === "amount") return [element("i", "b5")];
  if (show !== "methods") return [];
  const line = (name: string) => element("i", name);
  const row = () => element("div", "row bone", line("b1"), element("span", "text", line("b2"), line("b3")));
  return [element("section", "card", row(), row(), row(), row())];
}

/** `<florin-part show="code">`. */
export class FlorinPart extends HTMLElement {
  static observedAttributes = attributes;
  declare show: string | null;
  declare method: string | null;
  declare only: string | null;
  declare htmlFor: string | null;

  #root = this.attachShadow({ mode: "open" });
  #box = document.createElement("div");
  #queued = false;
  /** What stands here now. */
  #drawn = "";
  #till?: Till;
  #mounted?: Mounted;
  #number = 0;
  #said = "";

  connectedCallback() {
    for (const name of attributes.map(property)) {
      // A property that was set before the browser knew this class hides ours.
      if (!Object.hasOwn(this, name)) continue;
      const self = this as unknown as Record<string, unknown>;
      const value = self[name];
      delete self[name];
      self[name] = value;
    }
    parts.add(this);
    this.#queue();
  }

  disconnectedCallback() {
    this.#queue();
  }

  attributeChangedCallback() {
    this.#queue();
  }

  /** Takes what changes in one go together: a part that is moved is not drawn anew. */
  #queue() {
    if (this.#queued) return;
    this.#queued = true;
    queueMicrotask(() => {
      this.#queued = false;
      this.update();
    });
  }

  /** Draws what is to stand here, if that is something else than before. */
  update() {
    if (!this.isConnected) parts.delete(this);
    const checkout = this.isConnected ? this.#checkout() : undefined;
    const till = checkout && tills.get(checkout);
    const wanted = JSON.stringify([this.show, this.method, this.only]);
    if (till === this.#till && till?.mounted === this.#mounted && wanted === this.#drawn) return this.dress();
    if (this.#number) this.#mounted!.take(this.#number);
    this.#box.replaceChildren();
    [this.#till, this.#mounted, this.#drawn, this.#number] = [till, till?.mounted, wanted, 0];
    if (till) this.#draw(checkout!, till);
  }

  #draw(checkout: Element, { mounted }: Till) {
    const { show, method, only } = this;
    if (!shows.includes(show!)) return this.#warn(`<florin-part> shows ${shows.join(", ")}; not "${show}"`);
    if (show === "method" && !method) return this.#warn('<florin-part show="method"> needs a method, such as method="GCASH"');
    this.dress();
    this.#root.adoptedStyleSheets = checkout.shadowRoot!.adoptedStyleSheets;
    this.#root.replaceChildren(this.#box);
    if (!mounted) return this.#box.append(...skeleton(show!));
    const methods = show === "method" ? [method!] : show === "methods" ? (only ?? "").split(/[\s,]+/).filter(Boolean) : [];
    this.#number = mounted.place({ show: show!, methods, root: this.#box });
  }

  #warn(words: string) {
    if (this.#said !== words) console.warn(`florin: ${words}`);
    this.#said = words;
  }

  /** Theme, language and direction are the checkout's. */
  dress() {
    if (!this.#till) return;
    const { checkout, box } = this.#till;
    const { lang, dir } = box;
    Object.assign(this.#box, { className: `florin ${checkout.getAttribute("theme") ?? ""}`, lang, dir });
  }

  /** The checkout that `for` names; else the one around it; else the only one of the page. */
  #checkout(): Element | undefined {
    if (this.htmlFor) {
      const root = this.getRootNode() as Document | ShadowRoot;
      return root.getElementById?.(this.htmlFor) ?? document.getElementById(this.htmlFor) ?? undefined;
    }
    const around = this.closest("florin-checkout");
    if (around) return around;
    if (tills.size > 1) this.#warn('which checkout is this <florin-part> of? Name it: for="its id"');
    return tills.size === 1 ? tills.keys().next().value : undefined;
  }
}

for (const name of attributes) {
  Object.defineProperty(FlorinPart.prototype, property(name), {
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

const update = () => parts.forEach((part) => part.update());

/** Lets the parts know of a checkout; the program that is given back draws them. */
export async function join(checkout: HTMLElement, box: HTMLElement, program: Promise<Program>): Promise<Pick<Program, "begin">> {
  const root = checkout.shadowRoot!;
  const presentation = checkout.getAttribute("presentation");
  if (presentation && presentation !== "inline") console.warn(`florin: parts stand where you place them; presentation="${presentation}" means nothing to them`);
  const till: Till = { checkout, box };
  const ended = new AbortController();
  const leave = () => {
    ended.abort();
    if (tills.get(checkout) !== till) return;
    tills.delete(checkout);
    update();
  };
  // The checkout may have begun anew while this was on its way.
  if (box.parentNode !== root) return program;
  tills.set(checkout, till);
  // What the merchant has put inside the checkout is seen.
  root.append(document.createElement("slot"));
  if (!root.adoptedStyleSheets.includes(sheet)) root.adoptedStyleSheets.push(sheet);
  update();

  const watcher = new MutationObserver(() => (box.parentNode === root ? parts.forEach((part) => part.dress()) : leave()));
  watcher.observe(root, { childList: true });
  watcher.observe(box, { attributes: true, attributeFilter: ["lang", "dir"] });
  watcher.observe(checkout, { attributes: true, attributeFilter: ["theme"] });
  ended.signal.addEventListener("abort", () => watcher.disconnect());
  const failed = ({ detail }: Event & { detail?: { code?: string } }) => detail?.code === "NOT_LOADED" && leave();
  checkout.addEventListener("florin-error", failed, { signal: ended.signal });

  const { begin } = await program;
  return {
    begin(hand) {
      const mounted = begin({ ...hand, component: true });
      till.mounted = mounted;
      update();
      const free = () => {
        leave();
        mounted.free();
      };
      return { ...mounted, free };
    },
  };
}

declare global {
  interface HTMLElementTagNameMap {
    "florin-part": FlorinPart;
  }
}

if (!customElements.get("florin-part")) customElements.define("florin-part", FlorinPart);

/**
 * Runs in the hosted page when a merchant's page frames it (`frame.ts` is the other end). Whoever frames it is let in by
 * the browser, which keeps to the server's `frame-ancestors`; what happens is told to that page alone, at the origin that
 * it first spoke from.
 */

import { events, read, type Said, type Told, written } from "./messages.ts";
import type { FlorinCheckoutElement } from "./types.ts";

/** What the program leaves by (`after.ts`), and is told to stay by. */
interface Door {
  leave(url: string): void;
  stay?(): void;
}

// Opened by itself, the address is the hosted page's.
if (parent === window) location.replace(location.pathname);

const element = document.querySelector<FlorinCheckoutElement>("florin-checkout")!;
/** The page around; nobody before it has spoken. */
let around = "";

const tell = (message: Told) => {
  if (around) parent.postMessage(written(message), around);
};

const door: Door = { leave: (url) => tell({ type: "leave", url }) };
Object.assign(element, { [Symbol.for("florin.door")]: door });

addEventListener("message", ({ source, origin, data }) => {
  const said = source === parent && (!around || origin === around) && read<Said>(data);
  if (!said) return;
  if (said.type === "hello" && !around) {
    around = origin;
    begin(said);
  } else if (said.type === "prevented") {
    door.stay?.();
    tell({ type: "stays" });
  }
});

function begin({ locale, theme, language, translations }: Said & { type: "hello" }) {
  if (language) document.documentElement.lang = language;
  Object.assign(element, { locale, theme, translations, sessionId: element.dataset.session });
  for (const name of events) {
    element.addEventListener(`florin-${name}`, (event) => {
      tell({ type: "event", name, detail: (event as CustomEvent<{ sessionId: string }>).detail });
    });
  }
}

// The frame is the card: no page around it, and the code in the list's place, as high as it needs.
const sheet = new CSSStyleSheet();
sheet.replaceSync("body{margin:0;background:none}");
document.adoptedStyleSheets.push(sheet);
const inside = new CSSStyleSheet();
inside.replaceSync(`:host{max-width:none}
.card,dialog{box-shadow:none}
.card:has(~dialog[open]){visibility:hidden}
dialog{width:auto;max-height:none;margin:0;animation:none}
dialog::backdrop{background:none}
@media(max-width:479px){dialog{border-width:1px;border-radius:var(--radius)}}`);

let height = 0;
const sizes = new ResizeObserver(measure);

/** Tells how high the frame must be, once there is more than grey bars. */
function measure() {
  const root = element.shadowRoot!;
  const code = root.querySelector("dialog");
  const sheet = code?.querySelector(".sheet");
  if (sheet) sizes.observe(sheet);
  const needed = Math.max(element.offsetHeight, code?.open ? code.offsetHeight - code.clientHeight + code.scrollHeight : 0);
  if (needed === height || root.querySelector("[aria-busy=true]")) return;
  height = needed;
  tell({ type: "height", height, title: document.title });
}

if (element.shadowRoot) {
  element.shadowRoot.adoptedStyleSheets.push(inside);
  new MutationObserver(measure).observe(element.shadowRoot, { childList: true, subtree: true, attributeFilter: ["open", "aria-busy"] });
  sizes.observe(element);
}

// To whoever listens: it says nothing but that somebody is here.
parent.postMessage(written({ type: "here" }), "*");

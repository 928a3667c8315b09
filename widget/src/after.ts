/**
 * What the loader leaves to do once the program is there. It travels in the program's module: until then nobody needs it.
 * The program replaces the list that the server has drawn in one go, and goes on where the shopper was in it.
 */

import { tell } from "./tell.ts";
import type { FlorinCheckoutElement } from "./types.ts";

/** The ends of the promise `ready`. */
export interface Settle {
  resolve(): void;
  reject(error: unknown): void;
}

/** What the loader hands over. */
export interface Hand {
  element: FlorinCheckoutElement;
  /** Where the list stands. */
  box: HTMLElement;
  /** The sheet with the merchant's looks. */
  looks: CSSStyleSheet;
  /** The server's answer with the view, if it came, and when. */
  view: { data?: { session_url?: string }; ret_msg?: string } | undefined;
  at: number;
  /** The answer to what was confirmed in the list. */
  pressed: Promise<Response> | undefined;
  settle: Settle;
  /** The hosted page's address, but on that page. */
  hosted: string;
  /** The rest is the program's own affair (`options.rs`). */
  calls: string;
  locale: string;
  texts: string[];
  /** Whether the merchant places the parts. */
  component?: boolean;
}

/** What the program gives for a checkout. */
interface Handle {
  free(): void;
  /** Draws a part into `root`, an element of the page; its number. */
  place(wanted: { show: string; methods: string[]; root: Element }): number;
  take(number: number): void;
}

/** A mounted checkout. */
export interface Mounted extends Handle {
  /** The element stands elsewhere now. */
  moved(): void;
}

/** The program's own, which stands above this in the module. */
declare function mount(options: object): Handle | undefined;

/** Where the hosted page in a merchant's frame leaves by (`framed.ts`): elsewhere the page itself goes. */
interface Door {
  leave(url: string): void;
  stay?(): void;
}
const door = Symbol.for("florin.door");

/** Mounts the program in the list's place. */
export function begin({ element, box, looks, pressed, settle, hosted, ...rest }: Hand): Mounted {
  const chosenRow = box.querySelector<HTMLInputElement>("input:checked");
  const focused = (box.getRootNode() as ShadowRoot).activeElement;
  const { view } = rest;
  const framed = (element as { [door]?: Door })[door];
  // On the hosted page: what was pressed before the loader was there, and refused. Said once, and not after a reload.
  // Not read from an object, which on a page with polluted prototypes has whatever somebody put there.
  const asked = new URLSearchParams(hosted ? "" : location.search);
  const [tried, why] = ["tried", "why"].map((name) => asked.get(name) ?? undefined);
  if (why) history.replaceState(history.state, "", location.pathname);
  box.replaceChildren();
  const mounted = mount({
    ...rest,
    token: element.clientToken ?? "",
    hosted: hosted && (view?.data?.session_url ?? hosted),
    chosen: chosenRow?.value,
    tried,
    why,
    pressed,
    // The first to send something gets the answer to what was pressed.
    fetch: (url: string, init: RequestInit) => {
      const sent = init.body && pressed;
      if (!sent) return fetch(url, init);
      pressed = undefined;
      // What the loader has sent is waited for as long as if it had been sent now.
      return new Promise((resolve, reject) => {
        init.signal!.onabort = reject;
        sent.then(resolve, reject);
      });
    },
    root: box,
    rule: (looks.cssRules[0] as CSSStyleRule).style,
    go: (url: string) => (framed ? framed.leave(url) : location.assign(url)),
    emit: (name: string, detail: { sessionId: string }) => tell(element, name, detail),
  });
  if (!mounted) throw new Error("florin.js and its program are of two builds");
  // Whatever is sent later is another wish, and its answer another one.
  setTimeout(() => (pressed = undefined));
  const again = focused && (focused === chosenRow ? "input:checked" : ".pay");
  if (again) box.querySelector<HTMLElement>(again)?.focus({ preventScroll: true });
  if (framed) framed.stay = () => box.firstElementChild?.dispatchEvent(new Event("stay"));
  if (view?.data) settle.resolve();
  else settle.reject(new Error(view?.ret_msg ?? "The server does not answer"));
  return {
    free: () => mounted.free(),
    moved: () => raise(box),
    place: (wanted) => mounted.place(wanted),
    take: (number) => mounted.take(number),
  };
}

/** A dialog that was moved is open still, but no longer over an inert page. */
function raise(box: HTMLElement) {
  const dialog = box.querySelector("dialog");
  if (!dialog?.open) return;
  dialog.removeAttribute("open");
  dialog.showModal();
}

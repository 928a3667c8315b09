/**
 * `presentation="dialog"`: the checkout in a modal window of its own, opened and closed by the page. The program runs from
 * the beginning, so that it opens at once and what happens is told while it is shut; closing it ends nothing.
 */

import type { Around, Within } from "./around.ts";

/** Put in by `build.mjs`. */
declare const TEXT: Record<"how" | "close", number>;

/** What had the focus when an element was opened. It outlives a window that is built anew for another session. */
const openers = new WeakMap<Element, HTMLElement>();

export function dialog({ element, box }: Within): Around {
  const window = document.createElement("dialog");
  const cross = document.createElement("button");
  Object.assign(window, { className: "florin around", part: "dialog", tabIndex: -1 });
  Object.assign(cross, { className: "cross", type: "button", onclick: () => element.close() });
  cross.append(sign());
  window.append(box, cross);
  name(window, cross, "Checkout", "Close");
  element.shadowRoot!.replaceChildren(window);

  /** The program's own dialog, with the code. It stands over the window, and only while that is open. */
  let code: HTMLDialogElement | undefined;
  /** How many closings of it are ours, and none of the program's business. */
  let ours = 0;

  const raise = () => {
    if (!window.open || !code?.querySelector(".sheet")?.firstChild) return;
    code.removeAttribute("open");
    code.showModal();
    code.querySelector("h2")?.focus();
  };

  /** Whether the page has been told that it is open: a browser closes it by itself. */
  let shown = false;

  const appear = (open: boolean) => {
    if (open === shown && open === window.open) return;
    const isNews = open !== shown;
    shown = open;
    if (open) {
      if (!openers.has(element)) openers.set(element, focused());
      window.showModal();
      window.focus();
      raise();
    } else {
      if (code?.open) {
        ours++;
        code.close();
      }
      window.close();
      openers.get(element)?.focus();
      openers.delete(element);
    }
    if (isNews) element.dispatchEvent(new Event("toggle"));
  };

  // Escape is the cross, but not while a payment is under way: there it is the safe cancel, in the program's hands.
  window.oncancel = (event) => {
    event.preventDefault();
    if (!code?.open && !box.querySelector("fieldset:disabled")) element.close();
  };
  window.addEventListener(
    "close",
    (event) => {
      if (event.target === code && ours) {
        ours--;
        event.stopImmediatePropagation();
      } else if (event.target === window && element.isOpen && !window.open && window.isConnected) {
        // A browser closes at the second Escape, whatever we say.
        if (!code?.open && !box.querySelector("fieldset:disabled")) return element.close();
        window.showModal();
        raise();
      }
    },
    true,
  );
  if (element.isOpen) appear(true);

  return {
    show: appear,
    filled(words) {
      window.lang = box.lang;
      window.dir = box.dir;
      name(window, cross, words[TEXT.how]!, words[TEXT.close]!);
      code = box.querySelector("dialog") ?? undefined;
      if (!code) return;
      const { showModal } = HTMLDialogElement.prototype;
      code.showModal = () => {
        if (window.open) showModal.call(code!);
      };
    },
    moved() {
      if (!window.open) return;
      window.removeAttribute("open");
      window.showModal();
    },
    free() {
      if (!element.isConnected) element.close();
    },
  };
}

function name(window: HTMLElement, cross: HTMLElement, title: string, close: string) {
  window.ariaLabel = title;
  cross.ariaLabel = close;
}

function sign() {
  const space = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(space, "svg");
  const path = document.createElementNS(space, "path");
  path.setAttribute("d", "M6 6l12 12M18 6 6 18");
  for (const [name, value] of Object.entries({ class: "sign", viewBox: "0 0 24 24", width: "20", "aria-hidden": "true" })) {
    svg.setAttribute(name, value);
  }
  svg.append(path);
  return svg;
}

/** What has the focus, however deep. */
function focused() {
  let found = document.activeElement;
  while (found?.shadowRoot?.activeElement) found = found.shadowRoot.activeElement;
  return found as HTMLElement;
}

/**
 * `presentation="frame"`: the hosted page in a frame, for pages whose policy forbids WebAssembly. The server lets only the
 * merchant's registered origins frame it. What happens in there is told here as if it happened here, and navigation is
 * this page's.
 */

import type { Around, Within } from "./around.ts";
import { events, read, type Said, type Told, written } from "./messages.ts";
import { tell } from "./tell.ts";

/** How long a page that has been loaded may be silent: a refused one is, for ever. */
const SILENT_MS = 3_000;
/** How long it may take to load. */
const LOAD_MS = 20_000;
/** No checkout is higher; a number that a page could not have meant is not followed. */
const HIGHEST = 4_000;

export function frame({ element, box, hosted, settle, fail }: Within): Around {
  const { origin } = new URL(hosted);
  const frame = document.createElement("iframe");
  Object.assign(frame, { src: `${hosted}?frame=1`, title: "Checkout", allow: "clipboard-write", referrerPolicy: "origin" });
  box.classList.add("stands");
  box.append(frame);
  element.shadowRoot!.replaceChildren(box);

  /** The page has prevented what would follow, and the frame does not know it yet. */
  let prevented = false;
  const say = (message: Said) => frame.contentWindow?.postMessage(written(message), origin);

  const hear = ({ source, origin: from, data }: MessageEvent) => {
    const told = source === frame.contentWindow && from === origin && read<Told>(data);
    if (!told) return;
    if (told.type === "here") {
      here = true;
      patience(LOAD_MS);
      say({ type: "hello", ...wishes(element) });
    } else if (told.type === "height") show(told.height, told.title);
    else if (told.type === "event") repeat(told.name, told.detail);
    else if (told.type === "leave" && !prevented) leave(told.url);
    else if (told.type === "stays") prevented = false;
  };

  const show = (height: number, title: string) => {
    clearTimeout(waiting);
    frame.style.height = `${Math.min(Math.ceil(height), HIGHEST)}px`;
    frame.title = String(title);
    for (const bars of box.querySelectorAll(".card")) bars.remove();
  };

  const repeat = (name: string, detail: { sessionId: string; message?: string }) => {
    if (!events.includes(name) || detail?.sessionId !== element.sessionId) return;
    if (name === "ready") settle.resolve();
    if (name === "error") settle.reject(new Error(detail.message));
    if (tell(element, name, detail)) return;
    prevented = true;
    say({ type: "prevented" });
  };

  let waiting = 0;
  const giveUp = () => fail(new Error(`the hosted page did not come into its frame: is ${location.origin} registered?`));
  const patience = (time: number) => {
    clearTimeout(waiting);
    waiting = setTimeout(giveUp, time);
  };
  patience(LOAD_MS);
  let here = false;
  frame.onload = () => {
    if (!here) patience(SILENT_MS);
  };
  addEventListener("message", hear);
  return {
    alone: true,
    free() {
      clearTimeout(waiting);
      removeEventListener("message", hear);
      frame.remove();
    },
  };
}

/** What the page wishes, which the hosted page cannot know. */
function wishes(element: Within["element"]) {
  const { locale, theme, translations } = element;
  return { locale, theme, translations, language: element.closest<HTMLElement>("[lang]")?.lang ?? "" };
}

/** Leaves for another page, unless it is a script in disguise. */
function leave(url: string) {
  const { href, protocol } = new URL(url, location.href);
  if (!/^(javascript|data|vbscript|blob):$/.test(protocol)) location.assign(href);
}

// Small helpers around the document and its address.

import { localeOf, text } from "./texts.js";

export const at = (id) => document.getElementById(id);

/** Makes an element: attributes, listeners (`onclick`) and children. Text is always text, never markup. */
export function make(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
    else if (value !== undefined) element.setAttribute(key, value);
  }
  element.append(...children);
  return element;
}

/** Writes every fixed text of the page in a language. The rich ones are our own markup, from `texts.js`. */
export function translate(locale) {
  document.documentElement.lang = locale;
  document.title = text(locale, "shop");
  for (const element of document.querySelectorAll("[data-text]")) {
    const words = text(locale, element.dataset.text);
    if ("rich" in element.dataset) element.replaceChildren(...rich(words));
    else element.textContent = words;
  }
}

// `<code>` is the only markup there is, so that no text is ever parsed as HTML.
function rich(words) {
  return words.split(/<code>(.*?)<\/code>/).map((part, i) => (i % 2 ? make("code", {}, part) : part));
}

/** What the address says: language, currency, basket. */
export function readAddress() {
  const query = new URLSearchParams(location.search);
  return {
    locale: localeOf(query.get("lang") ?? navigator.language),
    currency: query.get("currency"),
    basket: readBasket(query.get("basket")),
  };
}

/** Keeps the address in step, so that a reload or a link shows the same. */
export function writeAddress({ locale, currency, basket }) {
  const query = new URLSearchParams(location.search);
  query.set("lang", locale);
  query.set("currency", currency);
  query.set("basket", [...basket].map(([id, quantity]) => `${id}.${quantity}`).join(" "));
  history.replaceState(null, "", `${location.pathname}?${query}${location.hash}`);
}

function readBasket(words) {
  if (words === null) return null;
  const lines = words.split(" ").map((word) => word.match(/^([a-z-]+)\.(\d{1,2})$/));
  return new Map(lines.filter(Boolean).map(([, id, quantity]) => [id, Number(quantity)]));
}

/** Asks the shop's server. Throws `{ code, sentence }` when it refuses, and `{}` when there is no answer. */
export async function ask(path, body) {
  const init = body && { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) };
  let response, answer;
  try {
    response = await fetch(path, init);
    answer = await response.json();
  } catch {
    throw {};
  }
  if (!response.ok) throw answer;
  return answer;
}

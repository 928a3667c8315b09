// What a merchant does with Florin: ask the own server for an order, put <florin-checkout> into the page, listen.
//
// Whatever is heard here is a hint for the looks. The order is paid when the shop's server says so.

import { ask, at, make } from "./page.js";
import { text } from "./texts.js";

const KEPT = "northwind-order";
const PATIENCE_MS = 10_000;
const CLOSES_IN_MS = 30_000;
const LOOK_EVERY_MS = 1_000;

let widgetFailed = false;
// The scripts run in the order of the page, so this stands ready before florin.js can fail.
document.querySelector('script[src="/florin.js"]')?.addEventListener("error", () => {
  widgetFailed = true;
  document.dispatchEvent(new Event("widget-failed"));
});

/** Asks the shop's server to place the order. It computes the amount; the basket says only what and how many. */
export async function placeOrder(shop) {
  const basket = [...shop.basket].map(([id, quantity]) => ({ id, quantity }));
  const order = await ask("/shop/orders", { basket, currency: shop.currency, locale: shop.locale });
  return { ...order, basket: [...shop.basket], currency: shop.currency };
}

/**
 * Closes the order, so that it cannot be paid as well as the next one. Tells where it stands then.
 *
 * PROCESSING is no end: the shopper may have approved a moment ago, and that payment would be kept. It is asked again until
 * the checkout knows; `undefined` when it does not in time.
 */
export async function closeOrder(order) {
  for (const begun = Date.now(); Date.now() - begun < CLOSES_IN_MS; await pause(LOOK_EVERY_MS)) {
    const { status } = await ask(`/shop/orders/${order.trans_id}/close`, {});
    if (status !== "PROCESSING") return status;
  }
}

const pause = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds));

/** The order that was being paid when this tab was reloaded, if it still can be. */
export async function keptOrder() {
  try {
    const order = JSON.parse(sessionStorage.getItem(KEPT));
    const { standing } = await ask(`/shop/orders/${order.trans_id}`);
    return standing === "WAITING" ? order : null;
  } catch {
    return null;
  }
}

/** Keeps the order for a reload of this tab; `null` forgets it. */
export function keepOrder(order) {
  try {
    if (order) sessionStorage.setItem(KEPT, JSON.stringify(order));
    else sessionStorage.removeItem(KEPT);
  } catch {
    // Without storage a reload starts a new order, and the old one expires.
  }
}

/** Puts the widget into the page. */
export function showWidget(shop) {
  const { order } = shop;
  const widget = make("florin-checkout", {
    "session-id": order.session_id,
    "client-token": order.client_token,
    locale: shop.locale,
  });
  widget.addEventListener("florin-success", () => succeeded(shop));
  widget.addEventListener("florin-expire", () => ended(shop, "ended"));
  widget.addEventListener("florin-close", () => ended(shop, "closed"));
  widget.addEventListener("florin-error", () => offerHosted(shop, "widget_error"));
  at("widget").replaceChildren(widget);
  watch(shop, widget);
}

/** Takes the widget and everything said about it out of the page. */
export function hideWidget() {
  at("widget").replaceChildren();
  at("after").hidden = true;
}

// A widget that never comes must not leave an empty column.
function watch(shop, widget) {
  const isShown = () => widget.isConnected && shop.order !== null;
  const failed = () => isShown() && offerHosted(shop, "no_widget");
  if (widgetFailed) return failed();
  document.addEventListener("widget-failed", failed, { once: true });
  const isEmpty = () => isShown() && widget.offsetHeight < 100;
  const slow = setTimeout(() => isEmpty() && offerHosted(shop, "slow_widget"), PATIENCE_MS);
  widget.addEventListener("florin-ready", () => {
    clearTimeout(slow);
    if (at("after").dataset.about === "slow_widget") at("after").hidden = true;
  }, { once: true });
}

function offerHosted(shop, key) {
  after(shop, key, { text: text(shop.locale, "hosted"), href: shop.order.session_url });
}

function ended(shop, key) {
  keepOrder(null);
  after(shop, key);
  at("again").hidden = false;
}

async function succeeded(shop) {
  const { trans_id, session_id } = shop.order;
  const link = { text: text(shop.locale, "receipt"), href: `/shop/thanks?session_id=${session_id}` };
  keepOrder(null);
  shop.paid();
  after(shop, "success", link);
  if (await isHeard(trans_id)) after(shop, "success_heard", link);
}

// The shop's server hears it by webhook, usually before the browser does.
async function isHeard(transId) {
  for (let look = 0; look < 20; look += 1) {
    const order = await ask(`/shop/orders/${transId}`).catch(() => ({}));
    if (order.standing === "PAID") return true;
    await new Promise((resolve) => setTimeout(resolve, 1000));
  }
  return false;
}

function after(shop, key, link) {
  at("after").dataset.about = key;
  at("after-text").textContent = text(shop.locale, key);
  at("after-link").hidden = link === undefined;
  if (link) Object.assign(at("after-link"), { textContent: link.text, href: link.href });
  at("again").hidden = true;
  at("after").hidden = false;
}

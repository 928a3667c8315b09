// The shop's page: one state, the few things that may happen to it, and the views that follow.

import { basketSpoken, fillShelf, showBasket } from "./basket.js";
import { closeOrder, hideWidget, keepOrder, keptOrder, placeOrder, showWidget } from "./checkout.js";
import { ask, at, make, readAddress, translate, writeAddress } from "./page.js";
import { text } from "./texts.js";

const LOOK_AGAIN_MS = 3000;

const shop = {
  ...readAddress(),
  catalogue: null,
  /** What is being paid: the answer of POST /shop/orders. */
  order: null,
  /** The key of what the shop is doing, while it does something. */
  busy: null,

  good: (id) => shop.catalogue.goods.find((good) => good.id === id),
  money: () => shop.catalogue.currencies.find((currency) => currency.code === shop.currency),
  isLocked: () => shop.order !== null || shop.busy !== null,

  /** Puts one more into the basket, or takes one out. */
  put(id, by) {
    const quantity = (shop.basket.get(id) ?? 0) + by;
    if (quantity > 0) shop.basket.set(id, quantity);
    else shop.basket.delete(id);
    say(null);
    show();
    at("voice").textContent = basketSpoken(shop);
    // The button that was pressed has gone with its line.
    if (quantity <= 0) at("till-title").focus();
  },

  /** The widget says so: there is nothing left to change. */
  paid() {
    shop.order.isPaid = true;
    show();
  },
};

function show() {
  document.body.classList.toggle("paying", shop.order !== null);
  at("till-title").textContent = text(shop.locale, shop.order ? "order" : "basket");
  at("change").hidden = shop.order === null || shop.order.isPaid === true;
  at("currencies").disabled = shop.isLocked();
  at("number").hidden = shop.order === null;
  at("number").textContent = shop.order ? text(shop.locale, "number", { number: shop.order.trans_id }) : "";
  showBasket(shop);
  writeAddress(shop);
}

// One sentence about what went wrong; the server's own when the page has no words for its code.
function say(problem) {
  at("problem").hidden = problem === null;
  at("problem").textContent = problem ?? "";
}

function sentenceOf(refusal, otherwise) {
  return text(shop.locale, refusal.code) ?? refusal.sentence ?? text(shop.locale, otherwise);
}

async function checkOut() {
  if (shop.isLocked() || shop.basket.size === 0) return;
  await doing("ordering", "no_answer", async () => pay(await placeOrder(shop)));
  if (shop.order) at("till-title").focus({ preventScroll: true });
  if (shop.order) at("checkout").scrollIntoView({ block: "start" });
}

function pay(order) {
  shop.order = order;
  keepOrder(order);
  showWidget(shop);
}

async function changeOrder() {
  await doing("closing", "close_failed", async () => {
    const status = await closeOrder(shop.order).catch(forgotten);
    // Nobody knows yet whether this order was paid: it stays, and with it the code.
    if (!status) throw { sentence: text(shop.locale, "close_failed") };
    if (status === "SUCCESS") return location.assign(`/shop/thanks?session_id=${shop.order.session_id}`);
    letGo();
  });
}

// A shop that was restarted has forgotten its orders; there is nothing left to close.
function forgotten(refusal) {
  if (refusal.code === "NO_SUCH_ORDER") return "FORGOTTEN";
  throw { sentence: text(shop.locale, "close_failed") };
}

function letGo() {
  shop.order = null;
  keepOrder(null);
  hideWidget();
  show();
  at("till-title").focus();
}

async function doing(what, otherwise, deed) {
  shop.busy = what;
  at("change").disabled = true;
  say(null);
  show();
  try {
    await deed();
  } catch (refusal) {
    say(sentenceOf(refusal, otherwise));
  }
  shop.busy = null;
  at("change").disabled = false;
  show();
}

async function speak(locale) {
  shop.locale = locale;
  translate(locale);
  await stock();
  document.querySelector("florin-checkout")?.setAttribute("locale", locale);
  at("after").hidden = true;
}

// Fetches the goods in the shopper's language and puts everything on its place.
async function stock() {
  shop.catalogue = await ask(`/shop/catalogue?locale=${shop.locale}`);
  if (!shop.money()) shop.currency = shop.catalogue.currencies[0].code;
  shop.basket ??= new Map([[shop.catalogue.goods[0].id, 1]]);
  for (const id of shop.basket.keys()) if (!shop.good(id)) shop.basket.delete(id);
  for (const [id, quantity] of shop.basket) shop.basket.set(id, Math.min(Math.max(quantity, 1), 20));
  fillShelf(shop);
  fillCurrencies();
  showWallet(shop.catalogue.wallet_url);
  show();
}

function fillCurrencies() {
  const choices = shop.catalogue.currencies.map(({ code }) => {
    const input = make("input", { type: "radio", name: "currency", value: code });
    input.checked = code === shop.currency;
    return make("label", {}, input, make("span", {}, code));
  });
  at("currencies").replaceChildren(at("currencies").querySelector("legend"), ...choices);
}

function showWallet(address) {
  at("wallet").hidden = !/^https?:\/\//.test(address);
  at("wallet").href = address;
}

function listen() {
  at("languages").addEventListener("change", (event) => speak(event.target.value).catch(isDown));
  at("currencies").addEventListener("change", (event) => {
    shop.currency = event.target.value;
    fillShelf(shop);
    show();
  });
  at("order").addEventListener("click", checkOut);
  at("change").addEventListener("click", changeOrder);
  at("again").addEventListener("click", letGo);
  // The bar at the bottom of a phone is only of use while the basket is out of sight.
  new IntersectionObserver(([till]) => { at("jump").hidden = till.isIntersecting; }).observe(at("checkout"));
}

// The server has gone, or was never there: say so, and look again until it is.
function isDown() {
  document.documentElement.classList.add("is-down");
  setTimeout(start, LOOK_AGAIN_MS);
}

async function start() {
  try {
    translate(shop.locale);
    at("languages").querySelector(`[value="${shop.locale}"]`).checked = true;
    await stock();
    const order = await keptOrder();
    if (order) {
      [shop.basket, shop.currency] = [new Map(order.basket), order.currency];
      fillCurrencies();
      fillShelf(shop);
      pay(order);
      show();
    }
    document.documentElement.classList.remove("is-down");
  } catch {
    isDown();
  }
}

at("shop").hidden = false;
listen();
start();

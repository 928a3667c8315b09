// The shelf and the basket. Elements are kept and changed in place, so that the focus stays where it was.

import { sum, times, written } from "./money.js";
import { at, make } from "./page.js";
import { text } from "./texts.js";

const MOST_OF_ONE = 20;

/** Puts the teas on the shelf. */
export function fillShelf(shop) {
  const teas = shop.catalogue.goods.map((good) => tea(shop, good));
  at("shelf").replaceChildren(...teas);
  at("shelf").removeAttribute("aria-busy");
}

function tea(shop, good) {
  const say = (key, values) => text(shop.locale, key, values);
  const price = written(good.prices[shop.currency], shop.money(), shop.locale);
  const add = make("button", { type: "button", class: "add", "aria-label": say("add_tea", { name: good.name }) }, say("add"));
  add.addEventListener("click", () => shop.put(good.id, 1));
  return make("li", { class: "tea", "data-id": good.id },
    make("img", { src: good.image, alt: "", width: 400, height: 300 }),
    make("div", { class: "about" },
      make("h3", {}, good.name),
      make("p", { class: "taste" }, good.description),
      make("p", { class: "size" }, good.size),
      make("div", { class: "buy" },
        make("span", { class: "price" }, price),
        make("span", { class: "count" }),
        add)));
}

/** Brings shelf, lines, total and buttons up to date. */
export function showBasket(shop) {
  showLines(shop);
  const total = totalOf(shop);
  const amount = written(total, shop.money(), shop.locale);
  const isEmpty = shop.basket.size === 0;
  at("total").textContent = amount;
  // While it is being paid, the widget tells the amount.
  at("total-row").hidden = isEmpty || shop.order !== null;
  at("empty").hidden = !isEmpty;
  at("order").hidden = shop.order !== null;
  at("order").disabled = isEmpty || shop.busy !== null;
  at("order").classList.toggle("busy", shop.busy !== null);
  at("order-text").textContent = shop.busy
    ? text(shop.locale, shop.busy)
    : text(shop.locale, isEmpty ? "checkout" : "checkout_amount", { amount });
  at("jump-text").textContent = amount;
  showShelf(shop);
}

/** "Basket: 2 items, HK$256.00", for those who hear the page. */
export function basketSpoken(shop) {
  const count = [...shop.basket.values()].reduce((all, some) => all + some, 0);
  const amount = written(totalOf(shop), shop.money(), shop.locale);
  return text(shop.locale, count === 1 ? "basket_one" : "basket_now", { count, amount });
}

function totalOf(shop) {
  return sum([...shop.basket].map(([id, quantity]) => times(shop.good(id).prices[shop.currency], quantity)));
}

function showShelf(shop) {
  for (const tea of at("shelf").querySelectorAll("[data-id]")) {
    const quantity = shop.basket.get(tea.dataset.id) ?? 0;
    const count = tea.querySelector(".count");
    count.textContent = quantity ? text(shop.locale, "in_basket", { count: quantity }) : "";
    tea.querySelector(".add").disabled = shop.isLocked() || quantity >= MOST_OF_ONE;
  }
}

function showLines(shop) {
  const kept = new Map([...at("lines").children].map((line) => [line.dataset.id, line]));
  for (const [id, line] of kept) if (!shop.basket.has(id)) line.remove();
  for (const [id, quantity] of shop.basket) {
    const line = kept.get(id) ?? at("lines").appendChild(newLine(shop, id));
    writeLine(shop, line, id, quantity);
  }
}

function newLine(shop, id) {
  const step = (by, sign) => make("button", { type: "button", class: "step", onclick: () => shop.put(id, by) }, sign);
  return make("li", { "data-id": id },
    make("img", { src: shop.good(id).image, alt: "", width: 48, height: 48 }),
    make("div", { class: "what" }, make("span", { class: "title" }), make("span", { class: "measure" })),
    make("div", { class: "steps", role: "group" }, step(-1, "−"), make("output", { class: "quantity" }), step(1, "+")),
    make("span", { class: "sum" }));
}

function writeLine(shop, line, id, quantity) {
  const { name, size, prices } = shop.good(id);
  const money = (amount) => written(amount, shop.money(), shop.locale);
  const [less, more] = line.querySelectorAll(".step");
  line.querySelector(".title").textContent = shop.order ? `${quantity} × ${name}` : name;
  line.querySelector(".measure").textContent = size;
  line.querySelector(".quantity").textContent = quantity;
  line.querySelector(".sum").textContent = money(times(prices[shop.currency], quantity));
  line.querySelector(".steps").hidden = shop.order !== null;
  line.querySelector(".steps").ariaLabel = text(shop.locale, "quantity", { name });
  less.ariaLabel = text(shop.locale, "less", { name });
  more.ariaLabel = text(shop.locale, "more", { name });
  less.disabled = shop.isLocked();
  more.disabled = shop.isLocked() || quantity >= MOST_OF_ONE;
}

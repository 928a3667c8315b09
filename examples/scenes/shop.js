/** The shop behind the scenes: what it sells, its orders, and the page of an order. Only here is a price said, and only here is the secret key used. */

import { createSession, readSession } from "../shared/merchant.js";
import { fill, say, serve } from "../shared/serve.js";

export const goods = {
  tea: { name: "Alpine oolong, 250 g", currency: "CNY", amount: "8888", price: "¥88.88" },
  office: { name: "Tea for the office, 100 kg", currency: "EUR", amount: "1234567", price: "€12,345.67" },
  gift: { name: "A rocket for the stream", currency: "CNY", amount: "600", price: "¥6.00" },
  power: { name: "Electricity, October", currency: "CNY", amount: "21640", price: "¥216.40" },
  haircut: { name: "Haircut, Friday 15:00", currency: "CNY", amount: "12800", price: "¥128.00" },
  water: { name: "Water, October", currency: "CNY", amount: "4310", price: "¥43.10" },
  table: { name: "Table 7, lunch for two", currency: "CNY", amount: "18600", price: "¥186.00" },
};

/** The orders by their session. Yours are in a database, and shown to whom they belong. */
const orders = new Map();

/** Writes the order down, and makes the session in which it is paid. Whoever comes back comes to the order's page. */
export async function order(shop, what, more = {}) {
  const { name, currency, amount } = what;
  const sold = [{ name, quantity: 1, unit_amount: amount }];
  const session = await createSession(shop, { currency, amount, goods: sold, session_mode: "HOSTED", return_url: `${shop}/order`, ...more });
  orders.set(session.session_id, { ...what, ...session });
  return session;
}

/** The order that an address names, or a page that says there is none. */
export const found = (url, then) => {
  const known = orders.get(url.searchParams.get("session_id"));
  return known ? then(known) : say("html", "There is no such order", 404);
};

/** A page of this folder. */
export const page = (name, values) => say("html", fill(new URL(name, import.meta.url), values));

const words = { SUCCESS: "Paid", PROCESSING: "Not paid yet", CANCELLED: "Cancelled", EXPIRED: "Out of time" };

const common = {
  // Florin leads back here, and so does a shopper who comes back by hand, or tomorrow: what counts is what Florin says, not who came how.
  "GET /order": (_, url) =>
    found(url, async (known) => {
      const { status } = await readSession(known.session_id);
      return page(status === "PROCESSING" ? "open.html" : "order.html", { ...known, status: words[status] ?? status });
    }),
};

/** A shop with these routes. */
export const open = (routes) => serve({ ...common, ...routes });

/** A shop that sells one thing on one page; `lead` says where an order is paid. */
export const sell = (what, { more = {}, lead = ({ session_url }) => session_url, ...routes } = {}) =>
  open({
    "GET /": () => page("buy.html", what),
    "POST /orders": async (shop) => ({ status: 303, headers: { location: lead(await order(shop, what, more)) } }),
    ...routes,
  });

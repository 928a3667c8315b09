/** At a computer: codes, one code for several wallets, an order for a card terminal; in euro a bank transfer. Then to the order's page. */

import { found, goods, open, order, page } from "./shop.js";

const { tea, office } = goods;
const shelf = { first: tea.name, firstPrice: tea.price, second: office.name, secondPrice: office.price };

open({
  "GET /": () => page("shelf.html", shelf),

  "POST /orders": async (shop, url) => {
    const isLarge = url.searchParams.get("what") === "office";
    // A transfer takes its time: such an order is open for as long as a session may be.
    const day = { expire_time: new Date(Date.now() + 24 * 3600_000 - 60_000).toISOString() };
    const { session_id } = await order(shop, isLarge ? office : tea, { session_mode: "DROP_IN", ...(isLarge && day) });
    return { status: 303, headers: { location: `/checkout?session_id=${session_id}` } };
  },

  // The checkout stands in the shop's own page. A reload shows the same order, not a second one.
  "GET /checkout": (_, url) => found(url, (known) => page("pc.html", known)),
});

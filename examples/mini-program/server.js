/** What stands behind the mini-program: the goods with their prices, and an order for what was chosen. */

import { createSession } from "../shared/merchant.js";
import { fill, say, serve } from "../shared/serve.js";

/** Prices are the server's, in fen; the mini-program only says what it wants. */
const goods = [
  { id: "oolong", name: "Alpine oolong, 250 g", currency: "CNY", amount: "8888" },
  { id: "cup", name: "A cup for it", currency: "CNY", amount: "3600" },
];

serve({
  "GET /": () => say("html", fill(new URL("index.html", import.meta.url))),
  "GET /goods": () => say("json", JSON.stringify({ goods })),

  "POST /orders": async (shop, url) => {
    const chosen = goods.find(({ id }) => id === url.searchParams.get("goods"));
    if (!chosen) return say("json", "{}", 404);
    const { name, currency, amount } = chosen;
    const order = await createSession(shop, { currency, amount, goods: [{ name, quantity: 1 }] });
    return say("json", JSON.stringify({ sessionId: order.session_id, clientToken: order.client_token }));
  },
});

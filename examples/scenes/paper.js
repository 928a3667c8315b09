/** Codes on paper: a bill's own code, good for that bill, and the counter's fixed code, where the payer enters the amount. */

import { call, draw } from "../shared/merchant.js";
import { found, goods, page, sell } from "./shop.js";

let counter;

/** Made once and printed once: it is good until you close it. Yours stands in your database. */
async function fixed(shop) {
  const wanted = { currency: "CNY", label: "Counter", max_amount: "100000", notify_url: `${shop}/webhook` };
  counter ??= call("POST", "/v1/codes", wanted);
  return counter.catch((error) => {
    counter = undefined;
    throw error;
  });
}

sell(goods.table, {
  lead: ({ session_id }) => `/bill?session_id=${session_id}`,

  "GET /bill": (_, url) =>
    found(url, async (known) => page("paper.html", { ...known, code: await draw(`/v1/sessions/${known.session_id}/qr.svg`) })),

  "GET /counter": async (shop) => {
    const { code_id, label } = await fixed(shop);
    return page("paper.html", { name: label, price: "", code: await draw(`/v1/codes/${code_id}/qr.svg`) });
  },
});

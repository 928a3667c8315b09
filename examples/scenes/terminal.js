/** A counter with a card terminal: the order's digits are shown, the terminal takes the order up by them, and takes the card. */

import { setTimeout as pause } from "node:timers/promises";
import { call, pay } from "../shared/merchant.js";
import { goods, open, order } from "./shop.js";

const shop = await open({});
const session = await order(shop, goods.tea);
const { next_action } = await pay(session, "POS_ORDER");
console.log(`type at the terminal: ${next_action.text}`);

let before;
for (;;) {
  const { status, reason } = await call("GET", `/v1/checkout/${session.session_id}/status`, undefined, { bearer: session.client_token });
  const said = status === "PROCESSING" ? (reason === "AT_TERMINAL" ? "a terminal has it" : "waiting") : status;
  if (said !== before) console.log((before = said));
  if (status !== "PROCESSING") break;
  await pause(2_000);
}

/** The part of a shop's back end that speaks to Florin: three calls, and nothing but Node. */

import { randomUUID } from "node:crypto";
import { verify } from "./webhook.js";

/** Where `make run` serves Florin, and the keys of its demo merchant. Yours come from the environment, never from the code. */
export const florin = process.env.FLORIN_URL ?? "http://127.0.0.1:8080";
const key = process.env.FLORIN_KEY ?? "sk_test_florin_demo";
const webhookSecret = process.env.FLORIN_WEBHOOK_SECRET ?? "whsec_Zmxvcmluc2FuZGJveGRlbW9zZWNyZXQwMDAx";

/** What is sold. The price is the server's; a page only says what it wants. */
export const tea = { name: "Alpine oolong, 250 g", currency: "PHP", amount: "94000", price: "₱940.00" };

const shipped = new Set();

/** Writes an order down and asks Florin for a session to pay it in. `shop` is this server's own address, `more` what else a session may say. */
export function createSession(shop, more = {}) {
  return call("POST", "/v1/sessions", {
    merchant_id: "18356675194960",
    trans_id: `example-${randomUUID()}`,
    currency: tea.currency,
    amount: tea.amount,
    session_mode: "DROP_IN",
    return_url: `${shop}/thanks`,
    notify_url: `${shop}/webhook`,
    ...more,
  });
}

/** The session as Florin knows it: the page after the payment asks, and does not believe its own address. */
export function readSession(id) {
  return call("GET", `/v1/sessions?session_id=${encodeURIComponent(id)}`);
}

/** Takes a webhook in. Ships once, whatever comes twice, and only when the whole session is paid. */
export function receive(headers, body) {
  const { data } = verify(webhookSecret, headers, body);
  if (data.session_status !== "SUCCESS" || shipped.has(data.trans_id)) return;
  shipped.add(data.trans_id);
  console.log(`shipped ${data.trans_id}`);
}

async function call(method, path, body) {
  const headers = { authorization: `Bearer ${key}`, "content-type": "application/json" };
  // A request that is sent again after a lost answer makes no second session.
  if (method === "POST") headers["idempotency-key"] = randomUUID();
  const answer = await fetch(florin + path, { method, headers, body: body && JSON.stringify(body) });
  const { ret_code, ret_msg, data } = await answer.json();
  if (ret_code !== "000000") throw new Error(`${method} ${path}: ${ret_code} ${ret_msg}`);
  return data;
}

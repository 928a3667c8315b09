/** The part of a shop's back end that speaks to Florin: a few calls, and nothing but Node. */

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

/** Opens a payment as the widget would, for whoever has no page: with the session's own token. `scene` is `APP` in an app. */
export function pay({ session_id, client_token }, method, scene) {
  return call("POST", `/v1/checkout/${session_id}/transactions`, { method, version: 1, scene }, { bearer: client_token });
}

/** A code to be printed, as SVG. */
export async function draw(path) {
  const answer = await fetch(florin + path, { headers: { authorization: `Bearer ${key}` } });
  if (!answer.ok) throw new Error(`GET ${path}: ${answer.status}`);
  return answer.text();
}

/** Asks Florin. What it refuses throws with a `status` below 500; else nobody knows, and the same request under the same `once` does nothing twice. */
export async function call(method, path, body, { bearer = key, once = randomUUID() } = {}) {
  const headers = { authorization: `Bearer ${bearer}`, "content-type": "application/json" };
  if (method === "POST") headers["idempotency-key"] = once;
  const answer = await fetch(florin + path, { method, headers, body: body && JSON.stringify(body) });
  const { ret_code, ret_msg, data } = await answer.json();
  if (ret_code !== "000000") throw Object.assign(new Error(`${method} ${path}: ${ret_code} ${ret_msg}`), { status: answer.status });
  return data;
}

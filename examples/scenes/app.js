/** An app and its back end. The back end asks for what the wallet's SDK is given; the app, played below, has no key and knows nothing of Florin. */

import { setTimeout as pause } from "node:timers/promises";
import { pay, readSession } from "../shared/merchant.js";
import { read, say } from "../shared/serve.js";
import { goods, open, order } from "./shop.js";

const shop = await open({
  "POST /app/orders": async (shop, _, request) => {
    const { method } = JSON.parse(await read(request));
    const session = await order(shop, goods.gift);
    const { next_action } = await pay(session, method, "APP");
    return say("json", JSON.stringify({ id: session.session_id, action: next_action }));
  },

  "GET /app/orders": async (_, url) => {
    const { status } = await readSession(url.searchParams.get("id"));
    return say("json", JSON.stringify({ status }));
  },
});

// The app. Where a real one gives the text to WeChat's SDK, this one gives it to the sandbox's payer.
const sandbox = process.env.FLORIN_SANDBOX_URL ?? "http://127.0.0.1:8081";
const ask = async (url, body) => {
  const answer = await fetch(url, body && { method: "POST", body: JSON.stringify(body), headers: { "content-type": "application/json" } });
  if (!answer.ok) throw new Error(`${url}: ${answer.status} ${await answer.text()}`);
  return answer.json();
};

const { id, action } = await ask(`${shop}/app/orders`, { method: "WECHATPAY" });
console.log(`the app hands over ${Object.keys(JSON.parse(action.text)).join(", ")}`);
await ask(`${sandbox}/wallet`, { code: action.text, action: "approve" });

// Back in the app: what the SDK said is a hint, so the app asks its own back end.
let status = "PROCESSING";
for (; status === "PROCESSING"; await pause(1_000)) ({ status } = await ask(`${shop}/app/orders?id=${id}`));
console.log(`the app shows ${status}`);

/** The till: the scanner types the payer's code and a line end, the till charges it, waits while the payer types a password, and gives money back. */

import { randomUUID } from "node:crypto";
import { createInterface } from "node:readline";
import { setTimeout as pause } from "node:timers/promises";
import { call } from "../shared/merchant.js";

const amount = process.argv[2] ?? "1800";
let sale = `till-${randomUUID()}`;
let paid;

/** Without an answer the same request goes again, under the same key: it is one charge, however often it is sent. */
async function surely(path, body) {
  const once = randomUUID();
  for (;;) {
    try {
      return await call("POST", path, body, { once });
    } catch (error) {
      if (error.status < 500) throw error;
      await pause(1_000);
    }
  }
}

async function charge(code) {
  const order = { trans_id: sale, currency: "CNY", amount, device_id: "till-4", payment: { payment_code: code } };
  let payment = await surely("/v1/transactions", order);
  if (payment.status === "PROCESSING") console.log("the payer is asked");
  while (payment.status === "PROCESSING") {
    await pause(2_000);
    // No answer is no end: it is asked again.
    payment = await call("GET", `/v1/transactions?order_id=${payment.order_id}`).catch(() => payment);
  }
  if (payment.status !== "SUCCESS") return console.log(`not paid: ${payment.error_code}; scan a fresh code`);
  console.log(`paid ${payment.order_id}`);
  [paid, sale] = [payment, `till-${randomUUID()}`];
}

async function refund() {
  if (!paid) return console.log("nothing was paid here");
  const { order_id } = paid;
  const { status } = await surely("/v1/refunds", { order_id, refund_trans_id: `back-${order_id}` });
  console.log(`refund of ${order_id}: ${status}`);
}

console.log("Scan a payment code, or type refund");
for await (const line of createInterface({ input: process.stdin })) {
  const done = line.trim() === "refund" ? refund() : charge(line.trim());
  await done.catch((error) => console.log(error.message));
}

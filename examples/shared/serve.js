/** The shop around an example: the few addresses that every one of them has. */

import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { createSession, florin, readSession, receive, tea } from "./merchant.js";

const kinds = { html: "text/html; charset=utf-8", js: "text/javascript", css: "text/css", json: "application/json" };
const style = readFileSync(new URL("shop.css", import.meta.url), "utf8");

/** An answer of this kind. */
export const say = (kind, body, status = 200) => ({ status, headers: { "content-type": kinds[kind] }, body });

/** A file of an example, with the names in double braces filled in. */
export function fill(url, values = {}) {
  return readFileSync(url, "utf8").replace(/\{\{(\w+)\}\}/g, (_, name) => ({ florin, ...tea, ...values })[name]);
}

/** A request's body, as bytes: what a signature is about. */
export async function read(request) {
  const parts = [];
  for await (const part of request) parts.push(part);
  return Buffer.concat(parts);
}

/** Serves the routes of an example, such as `"GET /": (shop) => say("html", …)`, and those of every shop. Gives its address, once it is open. */
export function serve(routes) {
  const all = { ...common, ...routes };
  const server = createServer(async (request, response) => {
    const url = new URL(request.url, `http://${request.headers.host}`);
    const route = all[`${request.method} ${url.pathname}`] ?? (() => say("html", "Nothing here", 404));
    const { status, headers, body } = await answer(() => route(url.origin, url, request));
    response.writeHead(status, headers).end(body);
  });
  return new Promise((open) => {
    server.listen(Number(process.env.PORT ?? 4242), "127.0.0.1", () => {
      const shop = `http://127.0.0.1:${server.address().port}`;
      console.log(`The shop is open: ${shop}/`);
      open(shop);
    });
  });
}

async function answer(route) {
  try {
    return await route();
  } catch (error) {
    console.error(error);
    return say("html", "Something went wrong", 500);
  }
}

const common = {
  "GET /shop.css": () => say("css", style),

  // The page gets what it needs to show the checkout, and never the secret key.
  "POST /orders": async (shop) => {
    const { session_id, client_token, session_url } = await createSession(shop);
    return say("json", JSON.stringify({ sessionId: session_id, clientToken: client_token, sessionUrl: session_url }));
  },

  "GET /thanks": async (_, url) => {
    const { status } = await readSession(url.searchParams.get("session_id"));
    return say("html", fill(new URL(status === "SUCCESS" ? "thanks.html" : "waiting.html", import.meta.url)));
  },

  "POST /webhook": async (_, url, request) => {
    receive(request.headers, await read(request));
    return { status: 204 };
  },
};

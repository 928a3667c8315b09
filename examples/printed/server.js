/** A page that comes with the list in it: seen and used before any script, and without one. */

import { createSession, florin } from "../shared/merchant.js";
import { fill, say, serve } from "../shared/serve.js";

const policy = (styleHash) =>
  [
    "default-src 'none'",
    "img-src data:",
    `style-src 'self' '${styleHash}'`,
    `script-src ${florin} 'wasm-unsafe-eval'`,
    `connect-src ${florin}`,
    `form-action ${florin}`,
  ].join("; ");

serve({
  "GET /": async (shop, _, { headers }) => {
    const locales = headers["accept-language"]?.split(",").map((tag) => tag.trim()).slice(0, 20);
    const { markup } = await createSession(shop, { markup: { locales, user_agent: headers["user-agent"] } });
    const page = say("html", fill(new URL("index.html", import.meta.url), markup));
    Object.assign(page.headers, { "cache-control": "no-store", "content-security-policy": policy(markup.style_hash) });
    return page;
  },
});

/** A page that allows no WebAssembly and insists on Trusted Types: the checkout stands in a frame, under a policy of its own. */

import { createSession, florin } from "../shared/merchant.js";
import { fill, say, serve } from "../shared/serve.js";

const policy = [
  "default-src 'none'",
  "style-src 'self'",
  "img-src data:",
  `script-src ${florin}`,
  `connect-src ${florin}`,
  `frame-src ${florin}`,
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join("; ");

serve({
  "GET /": async (shop) => {
    const page = say("html", fill(new URL("index.html", import.meta.url), await createSession(shop)));
    Object.assign(page.headers, { "cache-control": "no-store", "content-security-policy": policy });
    return page;
  },
});

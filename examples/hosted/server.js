/** No script at all: the shopper goes to Florin's page and comes back. */

import { createSession } from "../shared/merchant.js";
import { fill, say, serve } from "../shared/serve.js";

serve({
  "GET /": () => say("html", fill(new URL("index.html", import.meta.url))),

  "POST /pay": async (shop) => {
    const { session_url } = await createSession(shop);
    return { status: 303, headers: { location: session_url } };
  },
});

/** A product page that places the parts by itself: the order and its session are made before the page is sent. */

import { createSession } from "../shared/merchant.js";
import { fill, say, serve } from "../shared/serve.js";

serve({
  "GET /": async (shop) => {
    const { session_id, client_token } = await createSession(shop);
    const page = say("html", fill(new URL("index.html", import.meta.url), { session_id, client_token }));
    page.headers["cache-control"] = "no-store";
    return page;
  },
  "GET /page.css": () => say("css", fill(new URL("page.css", import.meta.url))),
});

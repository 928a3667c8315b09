/** A page that has the order's two values and not the list: it asks for the view while `florin.js` is still on its way. */

import { createSession } from "../shared/merchant.js";
import { fill, say, serve } from "../shared/serve.js";

serve({
  "GET /": async (shop) => {
    const page = say("html", fill(new URL("index.html", import.meta.url), await createSession(shop)));
    page.headers["cache-control"] = "no-store";
    return page;
  },
});

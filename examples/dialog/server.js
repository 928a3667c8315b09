/** A page whose checkout opens in a window of its own. */

import { fill, say, serve } from "../shared/serve.js";

serve({
  "GET /": () => say("html", fill(new URL("index.html", import.meta.url))),
  "GET /page.js": () => say("js", fill(new URL("page.js", import.meta.url))),
});

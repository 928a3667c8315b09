/** A React page that places the parts, bundled when the server starts. */

import { bundle } from "../shared/bundle.js";
import { fill, say, serve } from "../shared/serve.js";

const app = await bundle(new URL("app.tsx", import.meta.url));

serve({
  "GET /": () => say("html", fill(new URL("index.html", import.meta.url))),
  "GET /app.js": () => say("js", app),
});

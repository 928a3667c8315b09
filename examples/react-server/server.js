/** React rendered on a server: the order and its session are made before the page is sent, so the checkout starts with it. */

import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { bundle } from "../shared/bundle.js";
import { createSession, florin, tea } from "../shared/merchant.js";
import { fill, say, serve } from "../shared/serve.js";

const client = await bundle(new URL("client.tsx", import.meta.url));
const server = join(await mkdtemp(join(tmpdir(), "florin-example-")), "render.mjs");
await writeFile(server, await bundle(new URL("render.tsx", import.meta.url)));
const { render } = await import(server);

serve({
  "GET /": async (shop) => {
    const { session_id, client_token, session_url } = await createSession(shop);
    const session = { sessionId: session_id, clientToken: client_token, sessionUrl: session_url };
    const props = { florin, name: tea.name, price: tea.price, session };
    const json = JSON.stringify(props).replaceAll("<", "\\u003c");
    const page = say("html", fill(new URL("index.html", import.meta.url), { markup: render(props), props: json }));
    page.headers["cache-control"] = "no-store";
    return page;
  },
  "GET /client.js": () => say("js", client),
});

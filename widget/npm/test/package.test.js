/** What merchants install: harmless on a server, small, and of one mind with the element it loads. */

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { createElement } from "react";
import { renderToString as renderReact } from "react-dom/server";
import { renderToString as renderVue } from "@vue/server-renderer";
import { createSSRApp, h } from "vue";
import { loadFlorin } from "florin-checkout";
import { FlorinCheckout as ReactCheckout, FlorinPart as ReactPart } from "florin-checkout/react";
import { FlorinCheckout as VueCheckout, FlorinPart as VuePart } from "florin-checkout/vue";
import { attributesOf, attributesOfPart, events } from "../dist/element.js";

const folder = new URL("..", import.meta.url);
const read = (path) => readFileSync(new URL(path, folder), "utf8");
const [declared, part] = JSON.parse(read("custom-elements.json")).modules[0].declarations;
const names = (list) => list.map(({ name }) => name).sort();

const session = { sessionId: "CS1", clientToken: "ct_1", locale: "ja", theme: "dark", mode: "component", presentation: "inline", apiBase: "https://pay.example" };
const element =
  '<florin-checkout session-id="CS1" client-token="ct_1" locale="ja" theme="dark" mode="component" presentation="inline" api-base="https://pay.example">' +
  '<a href="/pay">Pay</a></florin-checkout>';
const link = { href: "/pay" };
const given = { ...session, src: "https://pay.example/florin.js", translations: { pay: "Buy" } };

test("on a server nothing is loaded, and nothing is asked of a window", async () => {
  assert.equal(typeof window, "undefined");
  assert.equal(await loadFlorin({ src: "https://pay.example/florin.js" }), null);
});

test("React renders the element on a server, with its attributes and what is in it", () => {
  const handlers = { onSuccess: () => {}, onError: () => {} };
  assert.equal(renderReact(createElement(ReactCheckout, { ...given, ...handlers }, createElement("a", link, "Pay"))), element);
});

test("Vue renders the same", async () => {
  const html = await renderVue(createSSRApp(() => h(VueCheckout, { ...given, onSuccess: () => {} }, () => h("a", link, "Pay"))));
  assert.equal(html.replace(/<!--[[\]]-->/g, ""), element);
});

test("both render a part on a server, with the attributes that it has", async () => {
  const wanted = { show: "method", method: "GCASH", only: undefined, for: "tea" };
  const part = '<florin-part show="method" method="GCASH" for="tea"></florin-part>';
  assert.equal(renderReact(createElement(ReactPart, wanted)), part);
  assert.equal(await renderVue(createSSRApp(() => h(VuePart, wanted))), part);
  assert.equal(renderReact(createElement(ReactPart, { show: "clock" })), '<florin-part show="clock"></florin-part>');
});

test("the manifest says what the loader and the typings say", () => {
  const [, observed] = /^const attributes = \[(.*)\] as const;$/m.exec(read("../src/florin.ts"));
  assert.deepEqual(names(declared.attributes), JSON.parse(`[${observed}]`).sort());
  assert.deepEqual(names(declared.attributes), Object.keys(attributesOf(session)).sort());
  assert.deepEqual(declared.attributes.map(({ fieldName }) => fieldName).sort(), Object.keys(session).sort());
  assert.deepEqual(names(declared.events), Object.values(events).sort());
});

test("it says of the parts what their module says", () => {
  const [, observed] = /^const attributes = \[(.*)\] as const;$/m.exec(read("../src/parts.ts"));
  assert.deepEqual(names(part.attributes), JSON.parse(`[${observed}]`).sort());
  assert.deepEqual(names(part.attributes), Object.keys(attributesOfPart({ show: "method", method: "GCASH", only: "", for: "tea" })).sort());
  const [, shows] = /^const shows = \[(.*)\];$/m.exec(read("../src/parts.ts"));
  assert.deepEqual(part.attributes[0].type.text.split(" | ").map((word) => JSON.parse(word)), JSON.parse(`[${shows}]`));
});

test("the package is a few small files, and none of the checkout", () => {
  const [packed] = JSON.parse(execFileSync("npm", ["pack", "--dry-run", "--json"], { cwd: folder, encoding: "utf8" }));
  const files = packed.files.map(({ path }) => path).sort();
  const built = ["element", "index", "react", "types", "vue"].flatMap((name) => [`dist/${name}.d.ts`, `dist/${name}.js`]);
  assert.deepEqual(files, ["LICENSE-APACHE", "LICENSE-MIT", "README.md", "custom-elements.json", ...built, "package.json"]);
  assert.ok(packed.unpackedSize < 48_000, `${packed.unpackedSize} bytes`);
});

// What Trunk runs after it has built the program: bundles the loader with the hashed names of everything it fetches, and in
// a release shrinks the program and writes compressed neighbours. Runs alone too: `node widget/build.mjs <folder>`.

import { createHash } from "node:crypto";
import { existsSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, constants } from "node:zlib";

import { glueModule, ofBindgen, rename, shortModule } from "./names.mjs";

const widget = dirname(fileURLToPath(import.meta.url));
const out = process.env.TRUNK_STAGING_DIR ?? process.argv[2];
const release = process.env.TRUNK_PROFILE === "release";

if (!existsSync(join(widget, "node_modules", "esbuild"))) {
  console.error("The widget's tools are missing. Run: npm ci --prefix widget");
  process.exit(1);
}
const esbuild = await import("esbuild");

/** Takes out of the glue what the shrunk program no longer asks for. */
function prune(glue, wasm) {
  const imported = new Set(WebAssembly.Module.imports(new WebAssembly.Module(wasm)).map(({ name }) => name));
  const entry = /^ {8}(__wb\w+): function[^]*?\n {8}\}(, arguments\); \})?,\n/gm;
  return glue
    .replace(entry, (text, name) => (imported.has(name) ? text : ""))
    .replace(JSON.stringify(glueModule), shortModule)
    // The loader hands the bytes over by itself, and never at once.
    .replace(/^function initSync[^]*?^\}\n/m, "")
    .replace("export { initSync, ", "export { ")
    .replace(/^ {4}if \(module_or_path === undefined\) \{[^]*?^ {4}\}\n/m, "");
}

const hash = (bytes) => createHash("sha256").update(bytes).digest("base64");
/** As `program.ts` says it too. */
const nameOf = (stem, hash, extension) => `${stem}-${hash.slice(0, 12).replace(/[+/]/g, "0")}.${extension}`;

/** Writes a file under a name that changes with its contents, and says what it must hash to. */
function keep(stem, extension, bytes) {
  const sum = hash(bytes);
  writeFileSync(join(out, nameOf(stem, sum, extension)), bytes);
  return sum;
}

async function program() {
  let glue = readFileSync(join(out, "florin-widget.js"), "utf8");
  let wasm = readFileSync(join(out, "florin-widget_bg.wasm"));
  if (release) {
    const { shrink } = await import("./shrink.mjs");
    wasm = shrink(wasm, (name) => glue.includes(`wasm.${name}`));
    glue = prune(glue, wasm);
  }
  if (glue.includes("innerHTML")) {
    throw new Error("The glue uses innerHTML, which pages with Trusted Types refuse: something builds elements from markup");
  }
  glue += (await after()) + (await fetched());
  glue += `export const sheet = ${JSON.stringify(await css(join(widget, "src", "later.css")))};\n`;
  // Which file the parts are, the loader need not say on every page.
  glue += `export const parts = ${JSON.stringify(keep("parts", "js", await script("parts.ts")))};\n`;
  const { code, mangleCache } = await esbuild.transform(glue, {
    minify: release,
    treeShaking: true,
    format: "esm",
    target: "es2022",
    ...(release && { mangleProps: ofBindgen, mangleCache: {} }),
  });
  if (release) wasm = rename(wasm, mangleCache);
  const files = { glue: keep("florin", "js", code), wasm: keep("florin", "wasm", wasm) };
  for (const name of readdirSync(out).filter((name) => name.startsWith("florin-widget"))) {
    rmSync(join(out, name), { recursive: true });
  }
  return files;
}

/** A script of the page's own, with the numbers of the texts that it says. */
async function script(name, define = {}) {
  const entryPoints = [join(widget, "src", name)];
  const { outputFiles } = await esbuild.build({ ...bundled, entryPoints, define: { ...numbers, ...define }, minify: release, write: false });
  return outputFiles[0].text;
}

/** What the loader leaves to do once the program is there; `mount` is the glue's own. */
async function after() {
  const { outputFiles } = await esbuild.build({ ...bundled, entryPoints: [join(widget, "src", "after.ts")], write: false });
  return outputFiles[0].text;
}

/** What the glue brings for the program to call, with the name of what it fetches for that. */
async function fetched() {
  const source = (name) => join(widget, "src", name);
  const { outputFiles } = await esbuild.build({ entryPoints: [source("ways.ts")], format: "esm", target: "es2022", minify: release, write: false });
  const sum = keep("ways", "js", outputFiles[0].contents);
  const WAYS = JSON.stringify({ name: nameOf("ways", sum, "js"), integrity: `sha256-${sum}` });
  const { code } = await esbuild.transform(readFileSync(source("fetched.ts"), "utf8"), { loader: "ts", target: "es2022", define: { WAYS } });
  return code;
}

/** What may stand around the checkout; it knows the name of the frame's file, which it fetches for pages that want one. */
async function around() {
  const sum = keep("frame", "js", await script("frame.ts"));
  const FRAME = JSON.stringify({ name: nameOf("frame", sum, "js"), integrity: `sha256-${sum}` });
  return keep("around", "js", await script("around.ts", { FRAME }));
}

const locale = (language) => JSON.parse(readFileSync(join(widget, "locales", `${language}.json`), "utf8"));
const english = locale("en");
/** The order in which texts travel: `build.rs` numbers them the same way. Their names stay here. */
const keys = Object.keys(english).sort();

/** Every language but English, in the order of the list of their integrities. */
const languages = readdirSync(join(widget, "locales"))
  .map((name) => name.replace(".json", ""))
  .filter((language) => language !== "en")
  .sort();

const list = (language) => {
  const texts = locale(language);
  return JSON.stringify(keys.map((key) => texts[key]));
};

/**
 * The lists of texts. The loader holds the hash of English's, and that of one small file with the integrities of all
 * others, the keys' last: these are named after it, so that the loader can ask for a list and for that file at the same moment.
 */
function locales() {
  const texts = { ...Object.fromEntries(languages.map((language) => [language, list(language)])), keys: JSON.stringify(keys) };
  const lists = keep("lists", "json", JSON.stringify(Object.values(texts).map((text) => `sha256-${hash(text)}`)));
  for (const [name, text] of Object.entries(texts)) writeFileSync(join(out, nameOf(name, lists, "json")), text);
  return { en: keep("en", "json", list("en")), lists };
}

/** What the loader itself may have to say, in English; and under which number. */
const own = ["not_shown", "not_shown_instead", "open_page"];
const ownTexts = Object.fromEntries(own.map((key) => [keys.indexOf(key), english[key]]));
const numbers = Object.fromEntries(keys.map((key, number) => [`TEXT.${key}`, String(number)]));

const hashes = (files) => Object.fromEntries(Object.entries(files).map(([name, hash]) => [`FILES.${name}`, JSON.stringify(hash)]));

async function loader(files) {
  await esbuild.build({
    ...bundled,
    entryPoints: [join(widget, "src", "florin.ts")],
    outfile: join(out, "florin.js"),
    minify: release,
    define: { ...hashes(files), ENGLISH: JSON.stringify(ownTexts), LANGUAGES: JSON.stringify(languages.join(" ")), ...numbers },
  });
}

function sheetAsText(build) {
  build.onLoad({ filter: /\.css$/ }, async ({ path }) => ({ contents: await css(path), loader: "text" }));
}

/** A sheet with all that it imports. */
async function css(path) {
  const { outputFiles } = await esbuild.build({ entryPoints: [path], bundle: true, minify: release, write: false });
  // The spaces that a browser does not need; `--d: ;` keeps its own.
  return outputFiles[0].text.trim().replace(/, /g, ",").replace(/ \* /g, "*").replace(/: (?=[\w#])/g, ":").replace(/\) \/ /g, ")/");
}

/** As Brotli writes it best: how it cuts into blocks and counts distances suits one file and not another. */
function smallest(bytes) {
  const ways = [0, 16].flatMap((block) => [[0, 0], [1, 2], [0, 15], [1, 0]].map((distances) => [block, ...distances]));
  const tries = ways.map(([block, postfix, direct]) => {
    const params = {
      [constants.BROTLI_PARAM_QUALITY]: 11,
      [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length,
      [constants.BROTLI_PARAM_LGBLOCK]: block,
      [constants.BROTLI_PARAM_NPOSTFIX]: postfix,
      [constants.BROTLI_PARAM_NDIRECT]: direct << postfix,
    };
    return brotliCompressSync(bytes, { params });
  });
  return tries.reduce((best, one) => (one.length < best.length ? one : best));
}

function compress() {
  let sum = 0;
  for (const name of readdirSync(out, { recursive: true }).filter((name) => /\.(js|wasm|css|html|json|svg)$/.test(name))) {
    const bytes = readFileSync(join(out, name));
    const small = smallest(bytes);
    writeFileSync(join(out, `${name}.br`), small);
    if (/\.(js|wasm)$/.test(name)) {
      if (name.startsWith("florin")) sum += small.length;
      console.log(`${String(bytes.length).padStart(8)} ${String(small.length).padStart(7)} br  ${name}`);
    }
  }
  console.log(`         ${String(sum).padStart(7)} br  the widget`);
}

/** What each file must hash to, for pages that pin it: `integrity="…"` of a script, a lock file, an audit. */
function manifest() {
  const names = readdirSync(out).filter((name) => /\.(js|wasm)$/.test(name) || /-\w{12}\.json$/.test(name)).sort();
  const digest = (name) => createHash("sha384").update(readFileSync(join(out, name))).digest("base64");
  const sums = Object.fromEntries(names.map((name) => [name, `sha384-${digest(name)}`]));
  writeFileSync(join(out, "integrity.json"), `${JSON.stringify(sums, null, 2)}\n`);
}

const bundled = {
  bundle: true,
  format: "esm",
  target: "es2022",
  define: numbers,
  plugins: [{ name: "sheet as text", setup: sheetAsText }],
  logLevel: "warning",
};
const files = { ...(await program()), ...locales(), around: await around() };
await loader(files);
// In the hosted page alone, when it is framed.
writeFileSync(join(out, "framed.js"), await script("framed.ts"));
manifest();
if (release) compress();

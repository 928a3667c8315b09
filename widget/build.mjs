// What Trunk runs after it has built the program: bundles the loader with the hashed names of everything it fetches, and in
// a release shrinks the program and writes compressed neighbours. Runs alone too: `node widget/build.mjs <folder>`.

import { createHash } from "node:crypto";
import { existsSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, constants } from "node:zlib";

const widget = dirname(fileURLToPath(import.meta.url));
const out = process.env.TRUNK_STAGING_DIR ?? process.argv[2];
const release = process.env.TRUNK_PROFILE === "release";

if (!existsSync(join(widget, "node_modules", "esbuild"))) {
  console.error("The widget's tools are missing. Run: npm ci --prefix widget");
  process.exit(1);
}
const esbuild = await import("esbuild");

/** Exports that nothing calls: they come with a dependency of Leptos, and keep alive all that they need. */
const unused = /^(__wbg_)?intounderlying/;

/** Shrinks the program: what is not called goes, and the rest gets small. */
async function shrink(bytes) {
  const { default: binaryen } = await import("binaryen");
  const module = binaryen.readBinary(bytes);
  for (let index = module.getNumExports() - 1; index >= 0; index--) {
    const { name } = binaryen.getExportInfo(module.getExportByIndex(index));
    if (unused.test(name)) module.removeExport(name);
  }
  binaryen.setOptimizeLevel(2);
  binaryen.setShrinkLevel(2);
  // What is written once each compresses better than what is copied into its one caller.
  binaryen.setOneCallerInlineMaxSize(20);
  // Who built it and for which features tells the browser nothing.
  module.runPasses(["strip-producers", "strip-target-features"]);
  for (let pass = 0; pass < 4; pass++) module.optimize();
  // Functions of one kind side by side, and fewer different bytes: Brotli saves 1 KB.
  module.runPasses(["reorder-functions-by-name", "reorder-locals", "dealign"]);
  return module.emitBinary();
}

/** Takes out of the glue what the shrunk program no longer asks for. */
function prune(glue, wasm) {
  const imported = new Set(WebAssembly.Module.imports(new WebAssembly.Module(wasm)).map(({ name }) => name));
  const entry = /^ {8}(__wb\w+): function[^]*?\n {8}\},?\n/gm;
  return glue
    .replace(entry, (text, name) => (imported.has(name) ? text : ""))
    .replace(/^export class IntoUnderlying[^]*?^\}\n/gm, "")
    .replace(/^(const|if \(Symbol.dispose\)) IntoUnderlying[^]*?;\n/gm, "")
    // The loader hands the bytes over by itself, and never at once.
    .replace(/^function initSync[^]*?^\}\n/m, "")
    .replace("export { initSync, ", "export { ")
    .replace(/^ {4}if \(module_or_path === undefined\) \{[^]*?^ {4}\}\n/m, "");
}

/** Writes a file under a name that changes with its contents, and says what the browser must find in it. */
function keep(stem, extension, bytes) {
  const digest = createHash("sha256").update(bytes).digest("base64");
  const name = `${stem}-${digest.slice(0, 12).replace(/[+/]/g, "0")}.${extension}`;
  writeFileSync(join(out, name), bytes);
  return { name, integrity: `sha256-${digest}` };
}

async function program() {
  let glue = readFileSync(join(out, "florin-widget.js"), "utf8");
  let wasm = readFileSync(join(out, "florin-widget_bg.wasm"));
  if (release) {
    wasm = await shrink(wasm);
    glue = prune(glue, wasm);
  }
  if (glue.includes("innerHTML")) {
    throw new Error("The glue uses innerHTML, which pages with Trusted Types refuse: something builds elements from markup");
  }
  glue += `export const sheet = ${JSON.stringify(await css(join(widget, "src", "later.css")))};\n`;
  const { code } = await esbuild.transform(glue, { minify: release, format: "esm", target: "es2022" });
  const files = { glue: keep("florin", "js", code), wasm: keep("florin", "wasm", wasm) };
  for (const name of readdirSync(out).filter((name) => name.startsWith("florin-widget"))) {
    rmSync(join(out, name), { recursive: true });
  }
  return files;
}

const locale = (language) => JSON.parse(readFileSync(join(widget, "locales", `${language}.json`), "utf8"));
const english = locale("en");
/** The order in which texts travel: `build.rs` numbers them the same way. Their names stay here. */
const keys = Object.keys(english).sort();

function locales() {
  const names = readdirSync(join(widget, "locales")).map((name) => name.replace(".json", ""));
  return Object.fromEntries(names.map((language) => {
    const texts = locale(language);
    return [language, keep(language, "json", JSON.stringify(keys.map((key) => texts[key])))];
  }));
}

/** What the loader itself may have to say, in English; and under which number. */
const own = ["not_shown", "not_shown_instead", "open_page"];
const ownTexts = Object.fromEntries(own.map((key) => [keys.indexOf(key), english[key]]));
const ownNumbers = Object.fromEntries(own.map((key) => [`TEXT.${key}`, String(keys.indexOf(key))]));

async function loader(files) {
  await esbuild.build({
    entryPoints: [join(widget, "src", "florin.ts")],
    outfile: join(out, "florin.js"),
    bundle: true,
    format: "esm",
    target: "es2022",
    minify: release,
    define: { FILES: JSON.stringify(files), ENGLISH: JSON.stringify(ownTexts), ...ownNumbers },
    plugins: [{ name: "sheet as text", setup: sheetAsText }],
    logLevel: "warning",
  });
}

function sheetAsText(build) {
  build.onLoad({ filter: /\.css$/ }, async ({ path }) => ({ contents: await css(path), loader: "text" }));
}

/** A sheet with all that it imports. */
async function css(path) {
  const { outputFiles } = await esbuild.build({ entryPoints: [path], bundle: true, minify: release, write: false });
  return outputFiles[0].text.trim();
}

function compress() {
  const params = { [constants.BROTLI_PARAM_QUALITY]: 11 };
  let sum = 0;
  for (const name of readdirSync(out, { recursive: true }).filter((name) => /\.(js|wasm|css|html|json|svg)$/.test(name))) {
    const bytes = readFileSync(join(out, name));
    const small = brotliCompressSync(bytes, { params: { ...params, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length } });
    writeFileSync(join(out, `${name}.br`), small);
    if (/^florin.*\.(js|wasm)$/.test(name)) {
      sum += small.length;
      console.log(`${String(bytes.length).padStart(8)} ${String(small.length).padStart(7)} br  ${name}`);
    }
  }
  console.log(`         ${String(sum).padStart(7)} br  the widget`);
}

const files = { ...(await program()), locales: locales(), keys: keep("keys", "json", JSON.stringify(keys)) };
await loader(files);
if (release) compress();

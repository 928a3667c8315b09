// Makes the built program small: what no browser ever reads or runs goes out of it.
//
// The linker keeps whatever a table of functions points to, and a panic's message leads to all that can write one. Here
// both ends are cut. That must be sound whatever a later version of a dependency does: the compiler folds functions of
// the same code into one, which then bears either name, so nothing that a table points to is cut by its name.

import binaryen from "binaryen";

/**
 * Where a panic ends: in a trap, of which the page hears. The sentence that is written before goes to a standard error,
 * which a browser does not have.
 */
const panics = new RegExp(
  "^(core|alloc|std|__rustc)::(panicking::|(\\w+::)*(slice_\\w*fail|unwrap_failed|expect_failed|panic_already_\\w+|" +
    "capacity_overflow|handle_error|handle_alloc_error|rust_begin_unwind|rust_panic|__rust_start_panic|panic_access_error)$)",
);

/** What writes such sentences. To put texts together otherwise there is `texts::joined`. */
const formatting = /^<?core::fmt::|^core::str::count::/;

/** What calls it: the texts of values and of panics. */
const texts = /^<.* as core::fmt::\w+>::|PanicPayload>::|^std::alloc::default_alloc_error_hook$/;

/** Shrinks the program. An export that is not used goes, with all that it alone needs. */
export function shrink(bytes, isUsed) {
  const module = binaryen.readBinary(bytes);
  for (let index = module.getNumExports() - 1; index >= 0; index--) {
    const { name } = binaryen.getExportInfo(module.getExportByIndex(index));
    if (!isUsed(name)) module.removeExport(name);
  }
  binaryen.setOptimizeLevel(2);
  binaryen.setShrinkLevel(2);
  // What is written once each compresses better than what is copied into its one caller, but for the very small.
  binaryen.setOneCallerInlineMaxSize(20);
  binaryen.setAlwaysInlineMaxSize(4);
  // The linker gives the first KiB to nobody but the deepest stack (`--stack-first`), so that additions go into the loads and stores.
  for (let index = module.getNumDataSegments() - 1; index >= 0; index--) {
    const { offset } = module.getDataSegmentInfo(module.getDataSegmentByIndex(index));
    if (!(offset >= 1024)) throw new Error(`data at ${offset}: the first KiB is not free`);
  }
  binaryen.setLowMemoryUnused(true);
  // Who built it and for which features tells the browser nothing.
  module.runPasses(["strip-producers", "strip-target-features"]);
  silence(module, panics);
  module.runPasses(["dce", "vacuum", "remove-unused-module-elements"]);
  silenceFormatting(module);
  for (let pass = 0; pass < 4; pass++) module.optimize();
  // Functions of one kind side by side, and fewer different bytes: Brotli saves 1 KB.
  module.runPasses(["reorder-functions-by-name", "reorder-locals", "dealign"]);
  return withoutPaths(module.emitBinary());
}

/** A function's name without the compiler's hashes. */
const plain = (name) => name.replace(/\[[0-9a-f]{16}\]|::h[0-9a-f]{16}|\[\d+\]$/g, "");

/** Ends the program in each of these functions. A function folded into one of them ends it as well. */
function silence(module, names, kept = new Set()) {
  let found = 0;
  for (let index = 0; index < module.getNumFunctions(); index++) {
    const made = module.getFunctionByIndex(index);
    const { name, base } = binaryen.getFunctionInfo(made);
    if (base || kept.has(name) || !names.test(plain(name))) continue;
    binaryen.Function.setBody(made, module.unreachable());
    found++;
  }
  if (!found) throw new Error(`The program has no function like ${names}: does the compiler call them something else now?`);
}

/**
 * Silences what only panics write with. Only functions that no table points to: who calls those can be seen, and once
 * anything else does, the build stops instead of the program.
 */
function silenceFormatting(module) {
  const { calls, table } = read(module);
  for (const [from, to] of calls) {
    if (table.has(to) || !formatting.test(plain(to))) continue;
    if ([formatting, texts].some((names) => names.test(plain(from)))) continue;
    throw new Error(`${from} calls ${to}: the widget has no format!, which costs it 3 KB. Put texts together by texts::joined`);
  }
  silence(module, formatting, table);
}

/** Who calls whom by name, and what tables point to. */
function read(module) {
  const name = String.raw`\$(?:"((?:[^"\\]|\\.)*)"|([^\s()"]+))`;
  const named = ([, quoted, bare]) => quoted ?? bare;
  const [head, ...functions] = module.emitText().split(/\n \(func (?=\$)/);
  const tables = head.match(/\n \(elem [^\n]*/g).join(" ");
  const calls = functions.flatMap((text) => {
    const from = named(text.match(new RegExp(name)));
    return [...text.matchAll(new RegExp(String.raw`\((?:return_)?call ${name}`, "g"))].map((call) => [from, named(call)]);
  });
  return { calls, table: new Set([...tables.matchAll(new RegExp(name, "g"))].map(named)) };
}

/** Blanks the names of source files, which only panics would tell: they say on whose machine it was built. */
function withoutPaths(bytes) {
  const text = Buffer.from(bytes).toString("latin1");
  return Buffer.from(text.replace(/(?<=\0)[\w./+-]+\.rs(?=\0)/g, (path) => "\0".repeat(path.length)), "latin1");
}

// The names that the program and its glue call each other's things by. wasm-bindgen writes long ones with hashes into both
// files; nobody reads them, and short ones save 2 KB.

/** What nobody but the two files calls so. */
export const ofBindgen = /^_{1,2}(wb|externref|destroy_into_raw|wrap)|^wasm_bindgen__/;

/** Where the program says that its imports come from, and shorter. */
export const glueModule = "./florin-widget_bg.js";
export const shortModule = "_";

/** Gives the program's imports and exports the names that they have got in the glue. Notes for tools go. */
export function rename(wasm, names) {
  const [noteSection, importSection, exportSection] = [0, 2, 7];
  const parts = [wasm.subarray(0, 8)];
  for (let at = 8; at < wasm.length; ) {
    const id = wasm[at];
    const [size, start] = readNumber(wasm, at + 1);
    at = start + size;
    if (id === noteSection) continue;
    let body = wasm.subarray(start, at);
    if (id === importSection || id === exportSection) body = renameIn(body, names);
    parts.push(Buffer.from([id, ...number(body.length)]), body);
  }
  const renamed = Buffer.concat(parts);
  const left = WebAssembly.Module.imports(new WebAssembly.Module(renamed)).find(({ name }) => ofBindgen.test(name));
  if (left) throw new Error(`The glue has no ${left.name}, which the program imports`);
  return renamed;
}

/** A name stands behind its length. */
function renameIn(section, names) {
  let text = section.toString("latin1");
  const written = (name) => String.fromCharCode(...number(name.length)) + name;
  for (const [name, short] of Object.entries(names)) text = text.replace(written(name), () => written(short));
  return Buffer.from(text.replaceAll(written(glueModule), written(shortModule)), "latin1");
}

/** A number as WebAssembly writes it, seven bits in a byte; and where the next thing begins. */
function readNumber(bytes, at) {
  let value = 0;
  for (let shift = 0; ; shift += 7) {
    value += (bytes[at] & 127) << shift;
    if (bytes[at++] < 128) return [value, at];
  }
}
const number = (value) => (value < 128 ? [value] : [(value & 127) | 128, ...number(value >> 7)]);

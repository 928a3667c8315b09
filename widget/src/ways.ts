/**
 * What the buttons below a code do: the code as a picture for the album, since many wallets scan from there and a telephone
 * cannot scan itself; or the payment on another device. Fetched when one is pressed.
 */

/** Pixels. */
const WIDE = 900;
const EDGE = 56;
const INK = "#0b0d12";

/** What stands on the picture besides the code: its size, weight, colour, and the pixels that it takes in height. */
const ABOVE = [
  [64, 700, INK, 84],
  [34, 400, "#5a6372", 48],
] as const;
const BELOW = [
  [36, 600, INK, 52],
  [28, 400, "#5a6372", 40],
] as const;
type Line = (typeof ABOVE | typeof BELOW)[number];

/** A line in the middle, as large as it fits. */
function write(paint: CanvasRenderingContext2D, text: string, [size, weight, colour]: Line, y: number) {
  const font = (pixels: number) => (paint.font = `${weight} ${pixels}px system-ui, -apple-system, "Segoe UI", Roboto, sans-serif`);
  const most = WIDE - 2 * EDGE;
  font(size);
  const wide = paint.measureText(text).width;
  if (wide > most) font(Math.max(18, Math.floor((size * most) / wide)));
  paint.fillStyle = colour;
  paint.direction = /^[^A-Za-z]*[\u0590-\u08ff\u200f]/.test(text) ? "rtl" : "ltr";
  paint.fillText(text, WIDE / 2, y, most);
}

/** Dark on white in every theme, each module of whole pixels, with the quiet zone that is in the drawing. */
function drawn(viewBox: string, path: string, [amount, to, method, order]: string[]): HTMLCanvasElement {
  const side = Number(viewBox.split(" ")[2]);
  const scale = Math.max(4, Math.floor((WIDE - EDGE) / side));
  const top = EDGE + ABOVE[0][3] + ABOVE[1][3];
  const height = top + side * scale + BELOW[0][3] + BELOW[1][3] + EDGE;
  const canvas = Object.assign(document.createElement("canvas"), { width: Math.max(WIDE, side * scale), height });
  const paint = canvas.getContext("2d")!;
  paint.fillStyle = "#fff";
  paint.fillRect(0, 0, canvas.width, height);
  paint.textAlign = "center";
  paint.textBaseline = "top";
  write(paint, amount!, ABOVE[0], EDGE);
  write(paint, to!, ABOVE[1], EDGE + ABOVE[0][3]);
  write(paint, method!, BELOW[0], top + side * scale);
  write(paint, order!, BELOW[1], top + side * scale + BELOW[0][3]);
  paint.translate(Math.floor((canvas.width - side * scale) / 2), top);
  paint.scale(scale, scale);
  paint.fillStyle = INK;
  paint.fill(new Path2D(path));
  return canvas;
}

/** On a telephone the device asks where to; elsewhere it is downloaded. False: the shopper thought better of it. */
async function save(canvas: HTMLCanvasElement, name: string, asks: boolean): Promise<boolean> {
  const picture = await new Promise<Blob | null>((done) => canvas.toBlob(done, "image/png"));
  if (!picture) throw new Error("florin: this browser draws no picture");
  const file = new File([picture], `${name.replace(/[^\w-]+/g, "-")}.png`, { type: "image/png" });
  if (asks && navigator.canShare?.({ files: [file] })) {
    try {
      await navigator.share({ files: [file] });
      return true;
    } catch (error) {
      // Whatever else it was, there is the download.
      if ((error as Error).name === "AbortError") return false;
    }
  }
  const link = Object.assign(document.createElement("a"), { href: URL.createObjectURL(file), download: file.name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
  return true;
}

function make(tag: string, name: string, ...inside: (Node | string)[]) {
  const element = document.createElement(tag);
  element.className = name;
  element.append(...inside);
  return element;
}

/** A code as the program draws it. */
function code(viewBox: string, path: string, label: string) {
  const drawing = (tag: string, attributes: Record<string, string>) => {
    const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
    return element;
  };
  const svg = drawing("svg", { viewBox, role: "img", "aria-label": label, "shape-rendering": "crispEdges" });
  svg.append(drawing("path", { d: path }));
  const frame = make("div", "frame", svg);
  frame.part.add("qr");
  return frame;
}

/** A sentence below what it is about. */
function sentence(words: string) {
  const said = make("p", "say small", words);
  said.style.marginTop = "12px";
  return said;
}

/** What stands in the place of the code while another device takes over. */
function elsewhere(viewBox: string, path: string, label: string, [address, how, copy, copied]: string[]) {
  const button = make("button", "ghost wide", copy!) as HTMLButtonElement;
  button.type = "button";
  button.part.add("button");
  button.onclick = async () => {
    try {
      await navigator.clipboard.writeText(address!);
      button.textContent = copied!;
    } catch {
      // A page without a clipboard: it can still be marked.
      button.replaceWith(sentence(address!));
    }
  };
  return make("div", "other", code(viewBox, path, label), sentence(how!), button);
}

/** Does what a button says; `view/ways.rs` says what the lines are. */
export async function take(button: HTMLElement, viewBox: string, path: string, said: string) {
  const lines = said.split("\n");
  const root = button.getRootNode() as ShadowRoot;
  // The overlay; or a part of the merchant's page, which is all that stands in its root.
  const scene = button.closest("dialog") ?? root;
  const text = (selector: string) => scene.querySelector(selector)?.textContent ?? "";
  const row = button.parentElement!;
  const todo = row.parentElement!;
  const say = (words: string) => {
    const voice = root.querySelector(".voice");
    if (voice) voice.textContent = words;
  };
  if (button.hasAttribute("aria-expanded")) {
    if (!todo.querySelector(".other")) row.before(elsewhere(viewBox, path, button.textContent!, lines));
    const open = button.getAttribute("aria-expanded") !== "true";
    button.setAttribute("aria-expanded", String(open));
    // One code at a time: a camera takes the first that it sees.
    for (const part of todo.children) (part as HTMLElement).hidden = part !== row && (part.className === "other") !== open;
    if (open) say(lines[1]!);
    return;
  }
  const [name, order, how] = lines as [string, string, string];
  const isTelephone = matchMedia("(pointer: coarse)").matches;
  const picture = drawn(viewBox, path, [text(".sum strong"), text(".sum .label"), text("h2"), order]);
  const isSaved = await save(picture, name, isTelephone);
  if (isTelephone && isSaved && !todo.querySelector(".saved")) {
    const next = sentence(how);
    next.classList.add("saved");
    row.after(next);
    say(how);
  }
}

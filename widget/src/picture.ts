/**
 * The code as a picture for the album: many wallets scan from there, and a telephone cannot scan itself. Fetched on demand.
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
  paint.direction = /^[^A-Za-z]*[\u0590-\u08ff]/.test(text) ? "rtl" : "ltr";
  paint.fillText(text, WIDE / 2, y, most);
}

/** Dark on white in every theme, each module of whole pixels, with the quiet zone that is in the drawing. */
function draw(viewBox: string, path: string, [amount, to, method, order]: string[]): HTMLCanvasElement {
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

/**
 * Saves a code that is drawn as an SVG path in `viewBox`. `words` are lines: a name for the file, the amount, to whom, by
 * what, for what. On a telephone the device asks where to; elsewhere it is downloaded.
 */
export async function save(viewBox: string, path: string, words: string) {
  const [name, ...lines] = words.split("\n");
  const canvas = draw(viewBox, path, lines);
  const picture = await new Promise<Blob | null>((done) => canvas.toBlob(done, "image/png"));
  if (!picture) throw new Error("florin: this browser draws no picture");
  const file = new File([picture], `${name!.replace(/[^\w-]+/g, "-")}.png`, { type: "image/png" });
  if (matchMedia("(pointer: coarse)").matches && navigator.canShare?.({ files: [file] })) {
    try {
      return await navigator.share({ files: [file] });
    } catch (error) {
      // The shopper thought better of it; whatever else it was, there is the download.
      if ((error as Error).name === "AbortError") return;
    }
  }
  const link = Object.assign(document.createElement("a"), { href: URL.createObjectURL(file), download: file.name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

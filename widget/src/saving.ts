/** What the glue brings for the program to call. Nothing of it is fetched before somebody wants it. */

/** `picture.ts`: its name, and what it must hash to. Put in by `build.mjs`. */
declare const PICTURE: { name: string; integrity: string };

/** Has a picture of a code made and saved; `picture.ts` says what it takes. */
export function savePicture(...drawn: [string, string, string]) {
  const { name, integrity } = PICTURE;
  const link = document.createElement("link");
  Object.assign(link, { rel: "modulepreload", href: new URL(name, import.meta.url).href, integrity, crossOrigin: "anonymous" });
  document.head.append(link);
  import(link.href)
    .then(({ save }) => save(...drawn))
    .catch(console.error)
    .finally(() => link.remove());
}

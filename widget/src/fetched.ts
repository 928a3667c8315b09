/** What the glue brings for the program to call. What it takes is fetched when somebody wants it. */

/** `ways.ts`: its name, and what it must hash to. Put in by `build.mjs`. */
declare const WAYS: { name: string; integrity: string };

/** Does what a button below a code says; `view/ways.rs` says with what. */
export function takeWay({ currentTarget }: Event, ...wish: [string, string, string]) {
  const { name, integrity } = WAYS;
  const link = document.createElement("link");
  Object.assign(link, { rel: "modulepreload", href: new URL(name, import.meta.url).href, integrity, crossOrigin: "anonymous" });
  document.head.append(link);
  import(link.href)
    .then(({ take }) => take(currentTarget, ...wish))
    .catch(console.error)
    .finally(() => link.remove());
}

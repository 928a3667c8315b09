/**
 * Loads `florin.js` from a merchant's own deployment. Nothing of the checkout is in this package, so that the
 * widget and its server are always of one build.
 */

import type { FlorinApi, FlorinCheckoutElement, FlorinEventMap, FlorinPartElement } from "./types.js";

export type * from "./types.js";

export interface LoadOptions {
  /** Where your server serves it: `https://pay.example/florin.js`. */
  src: string;
  /** `sha384-…`, from `integrity.json` beside it: another file is not run. */
  integrity?: string;
}

/** How often the script did not come. Browsers remember that of an address, and ask for another one again. */
let failures = 0;
let loading: { src: string; florin: Promise<FlorinApi> } | undefined;

/**
 * Loads the script once, however often it is called; `null` on a server. Rejects when it does not come; the next
 * call tries again.
 */
export async function loadFlorin(options: LoadOptions): Promise<FlorinApi | null> {
  if (typeof document === "undefined") return null;
  if (loading && loading.src !== options.src) console.warn(`florin: ${loading.src} is loaded; ${options.src} is not`);
  loading ??= { src: options.src, florin: window.Florin ? Promise.resolve(window.Florin) : insert(options) };
  return loading.florin;
}

function insert({ src, integrity }: LoadOptions): Promise<FlorinApi> {
  return new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.type = "module";
    script.crossOrigin = "anonymous";
    if (integrity) script.integrity = integrity;
    script.onload = () => (window.Florin ? resolve(window.Florin) : script.onerror!("it is not florin.js"));
    script.onerror = () => {
      loading = undefined;
      failures += 1;
      script.remove();
      reject(new Error(`florin: ${src} could not be loaded`));
    };
    script.src = trusted(failures ? `${src}#${failures}` : src);
    document.head.append(script);
  });
}

let policy: { createScriptURL(url: string): unknown } | undefined;

/** Pages with Trusted Types name the policy `florin`; `<script>` in the markup needs none. */
function trusted(src: string): string {
  try {
    const { trustedTypes } = window as { trustedTypes?: PolicyFactory };
    // A second one of the same name would be refused.
    policy ??= trustedTypes?.createPolicy("florin", { createScriptURL: (url) => url });
    return (policy?.createScriptURL(src) ?? src) as string;
  } catch {
    return src; // The page does not allow the policy; whether it insists on one is the browser's to say.
  }
}

interface PolicyFactory {
  createPolicy(name: string, rules: { createScriptURL(url: string): string }): { createScriptURL(url: string): unknown };
}

declare global {
  interface HTMLElementTagNameMap {
    "florin-checkout": FlorinCheckoutElement;
    "florin-part": FlorinPartElement;
  }
  interface HTMLElementEventMap extends FlorinEventMap {}
  interface DocumentEventMap extends FlorinEventMap {}
  interface Window {
    Florin?: FlorinApi;
  }
}

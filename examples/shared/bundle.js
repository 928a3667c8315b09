/** Bundles an example's page, as Vite or any other bundler would. */

import { readFileSync } from "node:fs";
import { build } from "esbuild";
import { compileScript, parse } from "vue/compiler-sfc";

/** Where React comes from: the tests build the same pages with React 18. */
const here = new URL(".", import.meta.url).pathname;
const reactFrom = process.env.REACT_FROM ?? here;

/** The text of a module with all that it imports. */
export async function bundle(entry) {
  const { outputFiles } = await build({
    entryPoints: [entry.pathname],
    bundle: true,
    write: false,
    format: "esm",
    jsx: "automatic",
    define: {
      // React then does in StrictMode what it does for you while you develop.
      "process.env.NODE_ENV": '"development"',
      __VUE_OPTIONS_API__: "false",
      __VUE_PROD_DEVTOOLS__: "false",
      __VUE_PROD_HYDRATION_MISMATCH_DETAILS__: "false",
    },
    plugins: [{ name: "shop", setup }],
    logLevel: "warning",
  });
  return outputFiles[0].text;
}

function setup(build) {
  build.onLoad({ filter: /\.vue$/ }, component);
  // florin-checkout is a link into this repository, and its tests have a React and a Vue of their own: a page needs one.
  // Installed from a registry it has none, and nothing of this is needed.
  build.onResolve({ filter: /^(react|react-dom|vue)($|\/)/ }, ({ path, kind, pluginData }) => {
    const resolveDir = path.startsWith("vue") ? here : reactFrom;
    return pluginData === "ours" ? undefined : build.resolve(path, { kind, resolveDir, pluginData: "ours" });
  });
}

function component({ path }) {
  const { descriptor } = parse(readFileSync(path, "utf8"), { filename: path });
  return { contents: compileScript(descriptor, { id: "app", inlineTemplate: true }).content, loader: "ts" };
}

// Bundles what `tsc` compiled into what is installed: `node src/cli/bundle.mjs [COMPILED [TARGET]]`.
import { rmSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";

const [compiled = "build/src", target = "build/bundle/cli"] = process.argv.slice(2);

/** Started in threads and in a process of their own, by these names. */
const THREADS = [
  "assemble/worker",
  "assemble/bytecode-worker",
  "base/debian-worker",
  "store/hash-worker",
  "interpreter/build-worker",
];

// What few builds need, or what has machine code, is looked up when it is asked for.
const OUTSIDE = ["@socketregistry/packageurl-js", "openpgp", "pyodide", "undici", "xz-decompress", "zstd-napi"];

// One file each, and small: node spends more time on finding and reading modules than on most builds.
const OPTIONS = {
  bundle: true,
  minify: true,
  format: "esm",
  platform: "node",
  target: "node20",
  external: OUTSIDE,
  // Packages in CommonJS ask for Node's modules by `require`.
  banner: { js: 'import{createRequire as requireFrom}from"node:module";const require=requireFrom(import.meta.url);' },
  entryNames: "[name]",
  outdir: target,
  logLevel: "warning",
};

const paths = (names) => names.map((name) => join(compiled, `${name}.js`));

rmSync(target, { recursive: true, force: true });
// `--version` reads nothing but the first.
await build({ ...OPTIONS, entryPoints: paths(["cli/main"]), external: [...OUTSIDE, "./run.js"] });
await build({ ...OPTIONS, entryPoints: paths(["cli/run", ...THREADS]) });

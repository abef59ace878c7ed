import { readdirSync, readFileSync } from "node:fs";
import { isBuiltin } from "node:module";
import { join, relative } from "node:path";
import { type BuildOptions, build, type Metafile } from "esbuild";
import { ROOT } from "./cli.ts";

/** Depth matters: `../../../layout/` has to mean the same as in src. Threads' entry points lie beside it. */
const BUNDLE = "dist/bundle/action";
const ACTIONS = "src/action/main.ts";
/** What the runner starts, and the function of ACTIONS that it means. */
const STARTERS = [
  ["index.cjs", "build"],
  ["merge.cjs", "merge"],
  ["post.cjs", "post"],
] as const;
const THREADS = [
  "src/assemble/worker.ts",
  "src/store/hash-worker.ts",
  "src/assemble/bytecode-worker.ts",
  "src/base/debian-worker.ts",
  "src/interpreter/build-worker.ts",
];

/** zstd-napi needs an install script that has not run: Node's own libzstd takes its place. pyodide is the user's. */
const OPTIONS: BuildOptions = {
  bundle: true,
  minify: true,
  format: "esm",
  platform: "node",
  target: "node24",
  external: ["zstd-napi", "pyodide"],
  // Packages in CommonJS ask for Node's modules by `require`.
  banner: { js: 'import{createRequire as r}from"node:module";const require=r(import.meta.url);' },
  logLevel: "error",
  legalComments: "none",
};

type Files = ReadonlyMap<string, Uint8Array>;

export interface ActionBundle {
  /** By their paths in dist/: what the runner starts, what that loads, and the licences of what is in it. */
  readonly files: Files;
  /** Packages that would have to be installed. */
  readonly packages: readonly string[];
}

let bundled: Promise<ActionBundle> | undefined;

/** dist/ as the sources make it; once for a process. */
export function bundleAction(): Promise<ActionBundle> {
  bundled ??= makeBundle();
  return bundled;
}

async function makeBundle(): Promise<ActionBundle> {
  const { outputFiles, metafile } = await build({
    ...OPTIONS,
    absWorkingDir: ROOT,
    entryPoints: [ACTIONS, ...THREADS],
    entryNames: "[name]",
    outdir: BUNDLE,
    write: false,
    metafile: true,
  });
  const encode = (text: string) => new TextEncoder().encode(text);
  const starters = STARTERS.map(([file, name]) => {
    return [file, encode(`import("./bundle/action/main.js").then(({ ${name} }) => ${name}());\n`)] as const;
  });
  const imports = Object.values(metafile.outputs).flatMap((output) => output.imports);
  const packages = imports
    .filter((one) => one.external && !one.path.startsWith("node:") && !isBuiltin(one.path))
    .map(({ path }) => path);
  const files = new Map([
    ...outputFiles.map(({ path, contents }) => [relative(join(ROOT, "dist"), path), contents] as const),
    ...starters,
    ["licenses.txt", encode(licences(metafile))],
  ]);
  return { files, packages: [...new Set(packages)].sort() };
}

/** dist/ as it is. */
export function committedBundle(): Files {
  const folder = join(ROOT, "dist");
  return new Map(
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .map((path) => [relative(folder, path), new Uint8Array(readFileSync(path))] as const),
  );
}

function licences({ inputs }: Metafile): string {
  const names = Object.keys(inputs).flatMap((path) => /^node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(path)?.[1] ?? []);
  return [...new Set(names)]
    .sort()
    .map(licence)
    .join(`\n${"-".repeat(80)}\n\n`);
}

function licence(name: string): string {
  const folder = join(ROOT, "node_modules", name);
  const { version, license } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as Record<string, string>;
  const file = readdirSync(folder).find((each) => /^(?:licen[cs]e|copying)/i.test(each));
  const text = file === undefined ? "" : readFileSync(join(folder, file), "utf8");
  return `${name} ${version} (${license})\n\n${text.trim()}\n`;
}

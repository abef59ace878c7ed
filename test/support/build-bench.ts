import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Running, type RunOptions, type RunResult, startOciasm } from "./cli.ts";
import type { TestServer } from "./http-server.ts";
import { type SimpleIndex, serveSimpleIndex } from "./simple-index.ts";
import type { BuiltWheel } from "./wheel.ts";

/** A project, an index that has what it requires, and a place for all that a build leaves. */
export interface BuildBench {
  readonly folder: string;
  readonly cache: string;
  /** A layout folder that a build may write. */
  readonly layout: string;
  /** A tar that a build may write, alone in its folder. */
  readonly tar: string;
  readonly index: SimpleIndex;
  /** The whole command line of a build with these flags behind the usual ones. */
  words(more: readonly string[]): readonly string[];
  start(more?: readonly string[], options?: RunOptions): Running;
  build(more?: readonly string[], options?: RunOptions): Promise<RunResult>;
  /** Flags that write both the layout and the tar. */
  readonly outputs: readonly string[];
}

export interface BenchOptions {
  readonly server: TestServer;
  readonly wheels: readonly BuiltWheel[];
  /** Where the index lies on the server; one for each bench. */
  readonly path: string;
}

/** What the machine may have set for indexes that tests with a network use. */
const NO_OTHER_INDEX = { PIP_CONFIG_FILE: "/dev/null", PIP_FIND_LINKS: "", PIP_EXTRA_INDEX_URL: "", UV_FIND_LINKS: "" };

/** Builds of the bench need no base and no Debian mirror, so that they take half a second. */
export function buildBench(folder: string, { server, wheels, path }: BenchOptions): BuildBench {
  const index = serveSimpleIndex(server, wheels, { path, format: "json" });
  const context = join(folder, "context");
  mkdirSync(context, { recursive: true });
  mkdirSync(join(folder, "tar"), { recursive: true });
  writeFileSync(join(context, "requirements.txt"), wheels.map(requirement).join(""));
  writeFileSync(join(context, "main.py"), "print('hello')\n");
  const [cache, layout, tar] = [join(folder, "cache"), join(folder, "layout"), join(folder, "tar", "image.tar")];
  const words = (more: readonly string[]): readonly string[] => [
    ...["build", context, "--base", "scratch", "--python", "3.11", "--libc", "glibc:2.36"],
    ...["--index-url", index.url, "--cache-dir", cache, ...(more.includes("-t") ? [] : ["-t", "demo:1"]), ...more],
  ];
  const start = (more: readonly string[] = [], options: RunOptions = {}): Running =>
    startOciasm(words(more), { ...options, env: { HOME: folder, ...NO_OTHER_INDEX, ...options.env } });
  return {
    folder,
    cache,
    layout,
    tar,
    index,
    words,
    start,
    build: (more, options) => start(more, options).result,
    outputs: ["-o", `type=oci,dest=${layout},tar=false`, "-o", `type=oci,dest=${tar}`],
  };
}

function requirement(wheel: BuiltWheel): string {
  const [name, version] = wheel.filename.split("-");
  return `${name}==${version} --hash=sha256:${wheel.sha256}\n`;
}

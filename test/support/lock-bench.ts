import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Running, type RunResult, startOciasm } from "./cli.ts";
import type { TestServer } from "./http-server.ts";
import { type SimpleIndex, serveSimpleIndex } from "./simple-index.ts";
import { type BuiltWheel, buildWheel, type WheelSpec } from "./wheel.ts";

/** A project without a base, whose packages come from a loopback index that may change. */
export interface LockBench {
  readonly context: string;
  readonly cache: string;
  /** Path of the lock. */
  readonly lockFile: string;
  readonly index: SimpleIndex;
  /** Puts these wheels on the index, besides those that are there. */
  publish(...specs: readonly WheelSpec[]): readonly BuiltWheel[];
  write(name: string, text: string): void;
  lockText(): string;
  /** "build" and the like, for CPython 3.11 on glibc 2.36. */
  start(verb: string, ...more: readonly string[]): Running;
  run(verb: string, ...more: readonly string[]): Promise<RunResult>;
}

/** No configuration of the machine reaches the command. */
const ALONE = {
  PIP_CONFIG_FILE: "/dev/null",
  PIP_FIND_LINKS: "",
  PIP_EXTRA_INDEX_URL: "",
  PIP_INDEX_URL: "",
  UV_FIND_LINKS: "",
  UV_INDEX: "",
  UV_DEFAULT_INDEX: "",
  UV_EXTRA_INDEX_URL: "",
};

export function lockBench(folder: string, server: TestServer, specs: readonly WheelSpec[]): LockBench {
  const [context, cache] = [join(folder, "context"), join(folder, "cache")];
  mkdirSync(context, { recursive: true });
  const published: BuiltWheel[] = [];
  const serve = (): SimpleIndex => serveSimpleIndex(server, published, { format: "json" });
  const publish: LockBench["publish"] = (...more) => {
    const wheels = more.map(buildWheel);
    published.push(...wheels);
    serve();
    return wheels;
  };
  publish(...specs);
  const index = serve();
  const lockFile = join(context, "pylock.toml");
  const start: LockBench["start"] = (verb, ...more) =>
    startOciasm(
      [
        ...[verb, context, "--base", "scratch", "--python", "3.11", "--libc", "glibc:2.36"],
        ...["--index-url", index.url, "--cache-dir", cache, "--progress", "plain", ...more],
      ],
      { env: { HOME: folder, ...ALONE } },
    );
  return {
    context,
    cache,
    lockFile,
    index,
    publish,
    write: (name, text) => writeFileSync(join(context, name), text),
    lockText: () => readFileSync(lockFile, "utf8"),
    start,
    run: (verb, ...more) => start(verb, ...more).result,
  };
}

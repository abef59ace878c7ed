import { cp, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { startFakeRegistry } from "../test/fake-registry/registry.ts";
import { machine, measure } from "./_measure.ts";

const CLI = fileURLToPath(new URL("../src/cli/main.js", import.meta.url));
/** Seconds, of a fresh machine's rebuild against a registry on the loopback interface. */
const LIMIT = 2;

/**
 * A first build that pushes, then one line changed and built on a machine that has nothing: npm run bench --
 * registry-cache CONTEXT [FLAGS of build…]. Tells requests and bytes of the registry, and what else was fetched.
 */
export async function bench([context = "examples/hello", ...flags]: readonly string[]): Promise<void> {
  const work = await mkdtemp(join(tmpdir(), "ociasm-bench-"));
  const registry = await startFakeRegistry({ changes: { auth: "none" } });
  try {
    const app = join(work, "app");
    await cp(resolve(context), app, { recursive: true });
    const name = `${registry.host}/bench/app:1`;
    const build = async (cache: string): Promise<Run> => {
      const since = registry.audit.requests.length;
      const args = ["build", app, ...flags, "-t", name, "--push", "--cache-dir", join(work, cache), "--json", "-q"];
      const { code, seconds, stderr, stdout } = await measure(process.execPath, [CLI, ...args]);
      if (code !== 0) throw new Error(stderr);
      const requests = registry.audit.requests.slice(since);
      const sum = (key: "bytesIn" | "bytesOut"): number => requests.reduce((bytes, one) => bytes + one[key], 0);
      const { bytes } = JSON.parse(stdout) as { readonly bytes: unknown };
      return { seconds, requests: requests.length, sent: sum("bytesIn"), received: sum("bytesOut"), bytes };
    };
    const first = await build("first");
    await writeFile(join(app, "bench-change.py"), "CHANGED = True\n");
    const fresh = await build("fresh");
    console.log(JSON.stringify({ case: "registry-cache", machine: machine(), first, fresh }, undefined, 2));
    if (fresh.seconds > LIMIT) {
      console.error(`a fresh machine took ${fresh.seconds.toFixed(2)} s for one changed line, more than ${LIMIT} s`);
      process.exitCode = 1;
    }
  } finally {
    await registry.close();
    await rm(work, { recursive: true, force: true });
  }
}

interface Run {
  readonly seconds: number;
  readonly requests: number;
  /** Bytes of bodies to and from the registry. */
  readonly sent: number;
  readonly received: number;
  /** The build's own account. */
  readonly bytes: unknown;
}

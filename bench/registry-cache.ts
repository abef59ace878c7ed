import { cp, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import type { ImageManifest } from "../src/oci/manifest.ts";
import { type FakeRegistry, startFakeRegistry } from "../test/fake-registry/registry.ts";
import { costColumns, type Round } from "./_job.ts";
import { type Cost, succeed } from "./_measure.ts";
import { OCIASM } from "./peers/ociasm.ts";
import { finish } from "./report/finish.ts";
import { absolute, type Row, spreads } from "./report/result.ts";

/** Seconds, of a fresh machine's rebuild against a registry on the loopback interface. */
const LIMIT = 2;
const ROUNDS = 3;

/**
 * `registry-cache [CONTEXT] [FLAGS of build…]`: locked, built and pushed once; then one line changed and built on a
 * machine that has nothing, three times. On Debian packages, and on a base image in the registry. Beside each stands
 * what node alone takes at that moment. Fails when more moves than the changed layer, a config and a manifest.
 */
export async function bench([context = "examples/hello", ...flags]: readonly string[]): Promise<void> {
  const work = await mkdtemp(join(tmpdir(), "ociasm-bench-"));
  const registry = await startFakeRegistry({ changes: { auth: "none" } });
  try {
    const app = join(work, "app");
    await cp(resolve(context), app, { recursive: true });
    await ociasm(["lock", app, "-q", "--cache-dir", join(work, "lock")]);
    const base = `${registry.host}/bench/base:1`;
    await pushBase(work, base, flags);
    const onImage = { registry, app, work, repository: "bench/image", flags: [...flags, "--base", base] };
    const rows = [
      { subject: "deb base", values: await rebuilds({ registry, app, work, repository: "bench/deb", flags }) },
      { subject: "registry base", values: await rebuilds(onImage) },
    ];
    const figures = rows.flatMap(({ subject, values }) =>
      absolute(`one line, fresh machine, ${subject}`, values["wall s"]?.median, "s", LIMIT),
    );
    const title = "One line of examples/hello on a machine that has nothing";
    finish({ case: "registry-cache", versions: {}, tables: [{ title, rows }], figures });
  } finally {
    await registry.close();
    await rm(work, { recursive: true, force: true });
  }
}

interface Site {
  readonly registry: FakeRegistry;
  readonly app: string;
  readonly work: string;
  readonly repository: string;
  readonly flags: readonly string[];
}

async function rebuilds({ registry, app, work, repository, flags }: Site): Promise<Row["values"]> {
  const name = `${repository}:1`;
  const build = (machineName: string): Promise<Cost> => {
    const push = ["-t", `${registry.host}/${name}`, "--push", "--json", "-q"];
    return ociasm(["build", app, ...flags, ...push, "--cache-dir", join(work, repository, machineName)]);
  };
  await build("first");
  const rounds: Round[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    await writeFile(join(app, "bench-change.py"), `CHANGED = "${repository} ${round}"\n`);
    const since = registry.audit.requests.length;
    const node = await succeed(process.execPath, ["-e", "0"]);
    const cost = await build(`fresh-${round}`);
    rounds.push({ ...costColumns(cost), "node s": node.seconds, ...traffic(cost, name, registry, since) });
  }
  return spreads(rounds);
}

/** What moved between the build and the registry, which may be no more than the changed layer, a config and a manifest. */
function traffic(cost: Cost, name: string, registry: FakeRegistry, since: number): Round {
  const { bytes, images } = JSON.parse(cost.stdout) as {
    readonly bytes: Readonly<Record<string, number>>;
    readonly images: readonly { readonly layers: readonly { readonly origin: string; readonly size: number }[] }[];
  };
  const manifest = registry.manifest(name)?.bytes ?? Buffer.alloc(0);
  const { config, layers } = JSON.parse(manifest.toString()) as ImageManifest;
  const built = images.flatMap((image) => image.layers).filter((layer) => layer.origin === "built");
  const requests = registry.audit.requests.slice(since);
  const sum = (key: "bytesIn" | "bytesOut"): number => requests.reduce((total, one) => total + one[key], 0);
  const allowed = built.reduce((total, layer) => total + layer.size, 0) + config.size + manifest.length;
  const [sent, received] = [sum("bytesIn"), sum("bytesOut")];
  if (sent > allowed) fail(`${sent} bytes were sent, and ${allowed} would do`);
  for (const key of ["wheelsFetched", "debsFetched"])
    if ((bytes[key] ?? 0) > 0) fail(`${bytes[key]} bytes were fetched of what the registry has in layers: ${key}`);
  for (const { method, path } of requests)
    if (method === "GET" && layers.some(({ digest }) => path.endsWith(digest))) fail(`a layer was downloaded: ${path}`);
  return { requests: requests.length, "sent kB": sent / 1e3, "received kB": received / 1e3 };
}

function fail(message: string): void {
  console.error(message);
  process.exitCode = 1;
}

/** An image with a Python and nothing else. */
async function pushBase(work: string, name: string, flags: readonly string[]): Promise<void> {
  const folder = join(work, "base");
  await mkdir(folder);
  await writeFile(join(folder, "main.py"), "print('base')\n");
  await ociasm(["build", folder, ...flags, "-t", name, "--push", "-q", "--cache-dir", join(work, "lock")]);
}

async function ociasm(args: readonly string[]): Promise<Cost> {
  return await succeed(process.execPath, [OCIASM, ...args]);
}

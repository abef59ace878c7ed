import { createHash } from "node:crypto";
import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createGunzip } from "node:zlib";
import { concatBytes } from "../archive/bytes.ts";
import { readTar } from "../archive/tar-read.ts";
import { isOciasmError, OciasmError } from "../errors.ts";
import { download } from "../net/download.ts";
import { purlDownloadUrl } from "../net/purl.ts";
import { redactUrl } from "../net/redact.ts";
import type { RuntimeDeps } from "./find-runtime.ts";
import { readNpmConfig } from "./npm-config.ts";
import type { RuntimeRelease } from "./runtime.ts";
import { isFile } from "./runtime-files.ts";

/** A build can do without, and many networks swallow what they do not allow. */
const PATIENCE = { attempts: 2, stallSeconds: 15 };
/** The packages unpack to 14 MB. */
const MAX_UNPACKED = 64 * 2 ** 20;
const MAX_ENTRIES = 1000;

/**
 * Fetches a release from the npm registry that npm is configured for, else from the default one, and lays the files
 * that are needed into `folder`: each whole or not at all, so several processes may do it at once.
 */
export async function fetchRuntime(release: RuntimeRelease, folder: string, deps: RuntimeDeps): Promise<void> {
  const name = `pyodide-${release.release}.tgz`;
  if (deps.offline) throw new OciasmError("OFFLINE", `${name} is not in the cache`, { hint: wayOut(release) });
  const { url, headers, insecure } = await packagePlace(release, name, deps);
  const { report, signal, store } = deps;
  const event = { type: "transfer", id: name, what: "runtime", total: release.size } as const;
  const file = await store.temporary();
  try {
    report({ ...event, state: "start", bytes: 0 });
    const { size } = release;
    await download(deps.http, { url, headers, insecure, file, size, code: "INDEX_ERROR", signal, ...PATIENCE });
    await unpack(await readFile(file), url, { release, folder, store });
    report({ ...event, state: "done", bytes: release.size });
  } catch (error) {
    if (!isOciasmError(error) || !["INDEX_ERROR", "NETWORK"].includes(error.code)) throw error;
    throw new OciasmError(error.code, error.message, { hint: wayOut(release), cause: error });
  } finally {
    await rm(file, { force: true });
  }
}

function wayOut({ release }: RuntimeRelease): string {
  return `name a registry that has it in ~/.npmrc, or run \`npm install pyodide@${release}\` beside the project`;
}

interface Place {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly insecure: boolean;
}

async function packagePlace({ release }: RuntimeRelease, name: string, deps: RuntimeDeps): Promise<Place> {
  const config = await readNpmConfig({
    environment: deps.environment,
    execPath: process.execPath,
    readText: (path) => readFile(path, "utf8").catch(() => undefined),
  });
  const { registry, insecure } = config;
  const url =
    registry === undefined ? await purlDownloadUrl(`pkg:npm/pyodide@${release}`) : `${registry}pyodide/-/${name}`;
  if (url === undefined) throw new OciasmError("BUG", "the purl library gives no default registry for type npm");
  return { url, headers: config.authorize(url), insecure };
}

interface Unpacking {
  readonly release: RuntimeRelease;
  readonly folder: string;
  readonly store: RuntimeDeps["store"];
}

async function unpack(bytes: Buffer, url: string, { release, folder, store }: Unpacking): Promise<void> {
  const integrity = `sha512-${createHash("sha512").update(bytes).digest("base64")}`;
  if (integrity !== release.integrity) {
    throw new OciasmError("HASH_MISMATCH", `${redactUrl(url)}: expected ${release.integrity}, got ${integrity}`, {
      hint: "the registry serves another file under this name: take another one",
    });
  }
  await mkdir(folder, { recursive: true });
  const wanted = new Map(release.files.map((file) => [`package/${file.name}`, file]));
  const plain = createGunzip();
  plain.end(bytes);
  const limits = { label: redactUrl(url), maxEntries: MAX_ENTRIES, maxTotalSize: MAX_UNPACKED };
  for await (const { entry, content } of readTar(plain as AsyncIterable<Uint8Array>, limits)) {
    const file = wanted.get(entry.path);
    if (file === undefined || entry.type !== "file") continue;
    const parts: Uint8Array[] = [];
    for await (const part of content()) parts.push(Uint8Array.from(part));
    const whole = concatBytes(parts);
    if (!isFile(whole, file)) throw new OciasmError("BUG", `${file.name} of ${release.release} is not as pinned`);
    await place(whole, join(folder, file.name), await store.temporary());
    wanted.delete(entry.path);
  }
  const [missing] = wanted.keys();
  if (missing !== undefined) throw new OciasmError("BUG", `pyodide ${release.release} has no ${missing}`);
}

async function place(bytes: Uint8Array, path: string, temporary: string): Promise<void> {
  try {
    await writeFile(temporary, bytes);
    await rename(temporary, path);
  } finally {
    await rm(temporary, { force: true });
  }
}

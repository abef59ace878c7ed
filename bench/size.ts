import { statSync } from "node:fs";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { deflateSync } from "node:zlib";
import { extract } from "tar-stream";
import { mergedPath } from "../src/debian/merged-usr.ts";
import { ociasm } from "../test/support/cli.ts";
import { openPlain, readLayout } from "../test/support/oci-layout.ts";

/** What one package costs in an image. */
interface Share {
  files: number;
  bytes: number;
  /** Each file deflated by itself: about what it adds to a layer. */
  packed: number;
}

/** Bytes of a FastAPI application's image by package, as the table of docs/base.md has them. `args`: a base. */
export async function bench(args: readonly string[]): Promise<void> {
  const [base = "deb:bookworm", ...flags] = args;
  const folder = await mkdtemp(join(tmpdir(), "ociasm-size-"));
  try {
    await mkdir(join(folder, "app"));
    await writeFile(join(folder, "app", "requirements.in"), "fastapi\nuvicorn\n");
    await writeFile(join(folder, "app", "main.py"), "from fastapi import FastAPI\napp = FastAPI()\n");
    const out = join(folder, "out");
    const request = ["-r", join(folder, "app", "requirements.in"), "--base", base, ...flags];
    const output = ["-t", "size:1", "-o", `type=oci,dest=${out},tar=false`];
    const built = await ociasm(["build", join(folder, "app"), ...request, ...output]);
    if (built.code !== 0) throw new Error(built.stderr);
    const [image] = await readLayout(out);
    const layers = image?.layers ?? [];
    const shares = new Map<string, Share>();
    for (const layer of layers) await addShares(await readFiles(openPlain(layer)), shares);
    print(shares);
    const total = layers.reduce((sum, layer) => sum + statSync(layer.path).size, 0);
    console.log(`${layers.length} layers, ${megabytes(total)} in the registry`);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function readFiles(plain: NodeJS.ReadableStream): Promise<ReadonlyMap<string, Buffer>> {
  const files = new Map<string, Buffer>();
  for await (const entry of plain.pipe(extract())) {
    const parts: Buffer[] = [];
    for await (const part of entry as AsyncIterable<Buffer>) parts.push(part);
    if (entry.header.type === "file") files.set(entry.header.name, Buffer.concat(parts));
  }
  return files;
}

async function addShares(files: ReadonlyMap<string, Buffer>, shares: Map<string, Share>): Promise<void> {
  const owners = new Map<string, string>();
  for (const [path, content] of files) {
    const name = /^var\/lib\/dpkg\/status\.d\/(.+)\.md5sums$/.exec(path)?.[1];
    if (name === undefined) continue;
    for (const line of content.toString("utf8").split("\n")) owners.set(mergedPath(line.slice(34)), name);
  }
  for (const [path, content] of files) {
    const owner = owners.get(path) ?? generatedOwner(path);
    const share = shares.get(owner) ?? { files: 0, bytes: 0, packed: 0 };
    share.files += 1;
    share.bytes += content.length;
    share.packed += deflateSync(content).length;
    shares.set(owner, share);
  }
}

function generatedOwner(path: string): string {
  const module = /^app\/\.venv\/lib\/python3\/site-packages\/([^/]+)/.exec(path)?.[1];
  if (module !== undefined) return `wheel: ${module.replace(/-[^-]*\.dist-info$|\.py$/, "")}`;
  if (path.startsWith("var/lib/dpkg/")) return "(package status)";
  return path === "etc/ssl/certs/ca-certificates.crt" ? "(certificate bundle)" : "(other files of ours)";
}

function print(shares: ReadonlyMap<string, Share>): void {
  console.log("| package | files | MB | packed MB |\n|---|---|---|---|");
  const rows = [...shares].sort(([, a], [, b]) => b.packed - a.packed);
  for (const [name, share] of rows) console.log(row(name, share));
  const sum = rows.reduce(
    (total, [, { files, bytes, packed }]) => ({
      files: total.files + files,
      bytes: total.bytes + bytes,
      packed: total.packed + packed,
    }),
    { files: 0, bytes: 0, packed: 0 },
  );
  console.log(row("all", sum));
}

function row(name: string, { files, bytes, packed }: Share): string {
  return `| ${name} | ${files} | ${(bytes / 1e6).toFixed(2)} | ${(packed / 1e6).toFixed(2)} |`;
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}

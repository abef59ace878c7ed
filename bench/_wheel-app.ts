import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { copyFile, link, mkdir, readdir, readFile, stat, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { inflateRawSync } from "node:zlib";
import { bytesSource } from "../src/archive/bytes.ts";
import { readZip } from "../src/archive/zip.ts";
import { sha256Of } from "../test/support/oci-layout.ts";
import { buildWheel } from "../test/support/wheel.ts";
import { baseLayout } from "./_base.ts";
import type { Options } from "./_options.ts";
import type { App } from "./peers/peer.ts";

/** An application on locked wheels that can be changed as a developer would. */
export interface WheelApp extends App {
  /** Of the wheels. */
  readonly bytes: number;
  /** Another line in main.py. */
  changeLine(): Promise<void>;
  /** Another version of the smallest wheel, and at the next call the first one again. The folder has both from the start. */
  bump(): Promise<void>;
}

/** Makes an application of all wheels of a folder: `small` or `torch`, by the folder's name. */
export async function openApp(name: string, options: Options, folder: string): Promise<WheelApp> {
  if (options.wheels === "") throw new Error("--wheels or OCIASM_BENCH_WHEELS has to name the folder of the stacks");
  const [context, wheels] = [join(folder, "app"), join(folder, "wheels")];
  await mkdir(context, { recursive: true });
  const pins = await linkWheels(join(options.wheels, name), wheels);
  const smallest = pins
    .filter(({ file }) => /-py[23.py]*-none-any\.whl$/.test(file))
    .sort((a, b) => a.size - b.size)[0];
  if (smallest === undefined) throw new Error(`${join(options.wheels, name)} has no wheel for any machine`);
  const later = await laterWheel(join(wheels, smallest.file));
  await writeFile(join(wheels, later.filename), later.bytes);
  const laterPin = pinOf(later.filename, createHash("sha256").update(later.bytes).digest("hex"));
  let isBumped = false;
  const writePins = (): Promise<void> => {
    const lines = pins.map((pin) => (isBumped && pin === smallest ? laterPin : pin.line));
    return writeFile(join(context, "requirements.txt"), lines.join(""));
  };
  let line = 0;
  const changeLine = (): Promise<void> => writeFile(join(context, "main.py"), `print(${line++})\n`);
  await writePins();
  await changeLine();
  return {
    context,
    wheels,
    base: await baseLayout(options),
    bytes: pins.reduce((sum, { size }) => sum + size, 0),
    changeLine,
    bump: () => {
      isBumped = !isBumped;
      return writePins();
    },
  };
}

interface Pin {
  readonly file: string;
  readonly size: number;
  readonly line: string;
}

/** The wheels of a folder in another one, as links where the file system can. */
async function linkWheels(source: string, folder: string): Promise<readonly Pin[]> {
  await mkdir(folder, { recursive: true });
  const files = (await readdir(source)).filter((file) => file.endsWith(".whl")).sort();
  const pins: Pin[] = [];
  for (const file of files) {
    const [from, to] = [join(source, file), join(folder, file)];
    await link(from, to).catch(() => copyFile(from, to));
    pins.push({ file, size: (await stat(to)).size, line: pinOf(file, await sha256Of(createReadStream(to))) });
  }
  return pins;
}

function pinOf(file: string, sha256: string): string {
  const [name, version] = file.split("-");
  return `${name}==${version} --hash=sha256:${sha256}\n`;
}

/** The same wheel as a later release. */
async function laterWheel(path: string): Promise<{ readonly filename: string; readonly bytes: Buffer }> {
  const archive = await readFile(path);
  const [name = "", version = "", ...tag] = basename(path, ".whl").split("-");
  const later = `${version}.post1`;
  const files: Record<string, Uint8Array> = {};
  const distInfo: Record<string, Uint8Array | string> = {};
  for (const entry of await readZip(bytesSource(archive))) {
    if (entry.isDirectory || entry.name.endsWith("/RECORD")) continue;
    const raw = archive.subarray(entry.dataOffset, entry.dataOffset + entry.compressedSize);
    const content = entry.method === 8 ? inflateRawSync(raw) : raw;
    const [, below] = /^[^/]+\.dist-info\/(.+)$/.exec(entry.name) ?? [];
    if (below === undefined) files[entry.name] = content;
    else distInfo[below] = below === "METADATA" ? `${content}`.replace(/^Version: .*$/m, `Version: ${later}`) : content;
  }
  return buildWheel({ name, version: later, tag: tag.join("-"), files, distInfo });
}

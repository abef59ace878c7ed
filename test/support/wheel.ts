import { createHash } from "node:crypto";
import { buildZip, type ZipOptions, type ZipPart } from "./zip.ts";

export type WheelFile =
  | string
  | Uint8Array
  | { readonly content: string | Uint8Array; readonly mode?: number; readonly method?: number };

export interface RecordRow {
  readonly path: string;
  /** "sha256=…" in urlsafe base64 without padding, or "". */
  readonly hash: string;
  readonly size: string;
}

export interface WheelSpec {
  readonly name: string;
  readonly version: string;
  /** "py3-none-any" by default; dotted sets such as "py2.py3-none-any" are spelt out in WHEEL. */
  readonly tag?: string;
  readonly build?: string;
  /** Path in the archive -> content. */
  readonly files?: Readonly<Record<string, WheelFile>>;
  /** Files of `.data/scripts`. */
  readonly scripts?: Readonly<Record<string, WheelFile>>;
  /** Path below `.data` -> content: "data/share/x", "headers/x.h", "purelib/x.py". */
  readonly data?: Readonly<Record<string, WheelFile>>;
  /** Group -> name -> "module:attr", or the text of entry_points.txt. */
  readonly entryPoints?: Readonly<Record<string, Readonly<Record<string, string>>>> | string;
  readonly purelib?: boolean;
  readonly requires?: readonly string[];
  /** Further lines of METADATA, before its blank line. */
  readonly metadata?: readonly string[];
  /** Files of `.dist-info`; METADATA, WHEEL and others can be replaced here. */
  readonly distInfo?: Readonly<Record<string, WheelFile>>;
  /** A correct RECORD by default; a function changes the rows, a string is the whole text, "none" leaves the file out. */
  readonly record?:
    | "correct"
    | "none"
    | ((rows: readonly RecordRow[]) => readonly RecordRow[])
    | { readonly text: string };
  /** Changes the archive's entries before they are written. */
  readonly parts?: (parts: readonly ZipPart[]) => readonly ZipPart[];
  readonly zip?: ZipOptions;
}

export interface BuiltWheel {
  readonly filename: string;
  readonly bytes: Buffer;
  /** Hex. */
  readonly sha256: string;
  readonly size: number;
  /** Name of the `.dist-info` directory, without a slash. */
  readonly distInfo: string;
  readonly metadata: string;
}

/** A small sound wheel; the same spec gives the same bytes on one machine. */
export function buildWheel(spec: WheelSpec): BuiltWheel {
  const stem = `${spec.name.replace(/[-_.]+/g, "_").toLowerCase()}-${spec.version.replaceAll("-", "_")}`;
  const distInfo = `${stem}.dist-info`;
  const tag = spec.tag ?? "py3-none-any";
  const metadata = metadataText(spec);
  const files: Record<string, WheelFile> = {
    ...spec.files,
    ...under(`${stem}.data/`, spec.data),
    ...under(`${stem}.data/scripts/`, spec.scripts),
    [`${distInfo}/METADATA`]: metadata,
    [`${distInfo}/WHEEL`]: wheelText(tag, spec),
    ...(spec.entryPoints === undefined ? {} : { [`${distInfo}/entry_points.txt`]: entryPointsText(spec.entryPoints) }),
    ...under(`${distInfo}/`, spec.distInfo),
  };
  const parts = [
    ...Object.entries(files).map(([name, file]) => zipPart(name, file)),
    ...recordPart(distInfo, files, spec),
  ];
  const bytes = buildZip(spec.parts === undefined ? parts : spec.parts(parts), spec.zip);
  const build = spec.build === undefined ? "" : `-${spec.build}`;
  const sha256 = createHash("sha256").update(bytes).digest("hex");
  return { filename: `${stem}${build}-${tag}.whl`, bytes, sha256, size: bytes.length, distInfo, metadata };
}

function under(folder: string, files: Readonly<Record<string, WheelFile>> = {}): Record<string, WheelFile> {
  return Object.fromEntries(Object.entries(files).map(([path, file]) => [folder + path, file]));
}

function zipPart(name: string, file: WheelFile): ZipPart {
  return typeof file === "string" || file instanceof Uint8Array ? { name, content: file } : { name, ...file };
}

function recordPart(distInfo: string, files: Readonly<Record<string, WheelFile>>, spec: WheelSpec): ZipPart[] {
  const { record = "correct" } = spec;
  const name = `${distInfo}/RECORD`;
  if (record === "none") return [];
  if (typeof record === "object") return [{ name, content: record.text }];
  const correct = [
    ...Object.entries(files).map(([path, file]) => recordRow(path, file)),
    { path: name, hash: "", size: "" },
  ];
  const rows = record === "correct" ? correct : record(correct);
  return [{ name, content: rows.map((row) => `${csv(row.path)},${csv(row.hash)},${row.size}\n`).join("") }];
}

/** The row that a correct RECORD has for a file. */
export function recordRow(path: string, file: WheelFile): RecordRow {
  const content = typeof file === "string" || file instanceof Uint8Array ? file : file.content;
  const bytes = Buffer.from(content);
  const hash = `sha256=${createHash("sha256").update(bytes).digest("base64url")}`;
  return { path, hash, size: String(bytes.length) };
}

function csv(field: string): string {
  return /[",\r\n]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field;
}

function metadataText(spec: WheelSpec): string {
  const requires = (spec.requires ?? []).map((requirement) => `Requires-Dist: ${requirement}`);
  const head = ["Metadata-Version: 2.1", `Name: ${spec.name}`, `Version: ${spec.version}`];
  return `${[...head, ...requires, ...(spec.metadata ?? [])].join("\n")}\n\n`;
}

function wheelText(tag: string, spec: WheelSpec): string {
  const [pythons = "", abis = "", platforms = ""] = tag.split("-").map((set) => set.split("."));
  const tags = [...pythons].flatMap((python) =>
    [...abis].flatMap((abi) => [...platforms].map((platform) => `Tag: ${python}-${abi}-${platform}`)),
  );
  const purelib = spec.purelib ?? tag.endsWith("-none-any");
  const head = ["Wheel-Version: 1.0", "Generator: test", `Root-Is-Purelib: ${purelib}`];
  return `${[...head, ...tags, ...(spec.build === undefined ? [] : [`Build: ${spec.build}`])].join("\n")}\n`;
}

function entryPointsText(entryPoints: NonNullable<WheelSpec["entryPoints"]>): string {
  if (typeof entryPoints === "string") return entryPoints;
  return Object.entries(entryPoints)
    .map(
      ([group, points]) =>
        `[${group}]\n${Object.entries(points)
          .map(([name, target]) => `${name} = ${target}\n`)
          .join("")}`,
    )
    .join("\n");
}

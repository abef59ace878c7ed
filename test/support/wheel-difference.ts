import { inflateRawSync } from "node:zlib";
import { bytesSource } from "../../src/archive/bytes.ts";
import { readZip } from "../../src/archive/zip.ts";

/** The files of a wheel by name. */
export async function wheelFiles(bytes: Uint8Array): Promise<ReadonlyMap<string, Buffer>> {
  const files = new Map<string, Buffer>();
  for (const { name, method, dataOffset, compressedSize, isDirectory } of await readZip(bytesSource(bytes))) {
    const raw = bytes.subarray(dataOffset, dataOffset + compressedSize);
    if (!isDirectory) files.set(name, method === 0 ? Buffer.from(raw) : inflateRawSync(raw));
  }
  return files;
}

/** How two wheels of one project differ, one a line: names, bytes, and the fields of METADATA and WHEEL. */
export async function wheelDifferences(ours: Uint8Array, theirs: Uint8Array): Promise<readonly string[]> {
  const [a, b] = await Promise.all([wheelFiles(ours), wheelFiles(theirs)]);
  const names = [...new Set([...a.keys(), ...b.keys()])].sort();
  return names.flatMap((name) => {
    const [left, right] = [a.get(name), b.get(name)];
    if (left === undefined || right === undefined) return [`${left === undefined ? "-" : "+"} ${name}`];
    if (name.endsWith(".dist-info/RECORD")) return [];
    if (/\.dist-info\/(?:METADATA|WHEEL)$/.test(name)) return fieldDifferences(name, left, right);
    return left.equals(right) ? [] : [`bytes of ${name}`];
  });
}

/** Which version of a backend made it is of no interest. */
const PASSING = /^Generator:/;

function fieldDifferences(name: string, ours: Buffer, theirs: Buffer): readonly string[] {
  const [left, right] = [fieldsOf(ours), fieldsOf(theirs)];
  const only = (own: readonly string[], other: readonly string[], sign: string): readonly string[] =>
    own.filter((line) => !other.includes(line)).map((line) => `${sign} ${name}: ${line.slice(0, 100)}`);
  return [...only(left, right, "+"), ...only(right, left, "-")];
}

function fieldsOf(bytes: Buffer): readonly string[] {
  const text = bytes.toString("utf8").replaceAll("\r\n", "\n");
  const end = text.indexOf("\n\n");
  const head = end < 0 ? text : text.slice(0, end);
  const fields = head.replace(/\n[ \t]+/g, " ").split("\n");
  return [
    ...fields.filter((line) => line !== "" && !PASSING.test(line)),
    `body ${end < 0 ? "" : text.slice(end).trim()}`,
  ];
}

import { utf8 } from "./bytes.ts";
import { printable } from "./printable.ts";
import { refuseEntry } from "./zip-refusal.ts";

const MAX_PATH_BYTES = 4095;
/** NAME_MAX of Linux. */
const MAX_PART_BYTES = 255;

const strict = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const lenient = new TextDecoder("utf-8", { ignoreBOM: true });

/** The name of an entry as stored, or a WHEEL_INVALID error when it could land anywhere but below the target. */
export function decodeName(bytes: Uint8Array): string {
  const name = tryDecode(bytes);
  if (name === undefined) throw refuseEntry(lenient.decode(bytes), "has a name that is not UTF-8");
  const problem = bytes.length > MAX_PATH_BYTES ? "has a name longer than 4095 bytes" : nameProblem(name);
  if (problem !== undefined) throw refuseEntry(name, problem);
  return name;
}

function tryDecode(bytes: Uint8Array): string | undefined {
  try {
    return strict.decode(bytes);
  } catch {
    return undefined;
  }
}

function nameProblem(name: string): string | undefined {
  if (name === "") return "has an empty name";
  if (/\p{Cc}/u.test(name)) return "has a control character in its name";
  if (name.includes("\\")) return "has a backslash in its name";
  if (name.startsWith("/")) return "has an absolute path";
  if (/^[A-Za-z]:/.test(name)) return "has a drive letter in its path";
  for (const part of name.replace(/\/$/, "").split("/")) {
    if (part === "") return "has an empty part in its path";
    if (part === "." || part === "..") return `has a "${part}" part in its path`;
    if (part.startsWith(".wh.")) return "has a name that means a deletion in image layers";
    if (part.length * 3 > MAX_PART_BYTES && utf8(part).length > MAX_PART_BYTES)
      return "has a part longer than 255 bytes in its path";
  }
  return undefined;
}

/**
 * Throws WHEEL_INVALID for two entries that are one on some file system: the same name, names that differ in letter
 * case or Unicode form alone, or a file that another entry needs as a directory.
 */
export function checkCollisions(names: readonly string[]): void {
  const folded = names.map((name) => ({ name, key: fold(name) }));
  folded.sort((left, right) => (left.key < right.key ? -1 : left.key > right.key ? 1 : 0));
  let previous: Folded | undefined;
  for (const entry of folded) {
    if (previous !== undefined) checkPair(previous, entry);
    previous = entry;
  }
}

interface Folded {
  readonly name: string;
  readonly key: string;
}

function checkPair(first: Folded, second: Folded): void {
  if (first.name === second.name) throw refuseEntry(first.name, "is there twice");
  if (first.key === second.key && isDirectory(first) !== isDirectory(second)) {
    throw refuseEntry(first.name, "is there as a file and as a directory");
  }
  if (first.key === second.key) {
    const [one, other] = [first.name, second.name].sort();
    throw refuseEntry(
      one ?? "",
      `clashes with "${printable(other ?? "")}" where letter case or Unicode form don't count`,
    );
  }
  if (!isDirectory(first) && second.key.startsWith(`${first.key}\0`)) {
    throw refuseEntry(first.name, `is a file, and "${printable(second.name)}" needs it as a directory`);
  }
}

function isDirectory({ name }: Folded): boolean {
  return name.endsWith("/");
}

/** NUL for the slash, so that a directory's entries sort right behind it. */
function fold(name: string): string {
  const plain = name.endsWith("/") ? name.slice(0, -1) : name;
  // Nearly all names; a directory has thousands.
  if (/^[\x20-\x7e]*$/.test(plain)) return plain.toLowerCase().replaceAll("/", "\0");
  return plain.normalize("NFC").toUpperCase().toLowerCase().normalize("NFC").replaceAll("/", "\0");
}

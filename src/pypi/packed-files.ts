import type { IndexFile, PageFile } from "./index-file.ts";

/** Collects the files of a page while it is read. */
export interface Packer {
  readonly count: number;
  add(file: IndexFile): void;
  /** What was added, in parts of some 100 KB: lines of UTF-8, one a file. For `filesIn`, and to be kept as texts. */
  parts(): readonly Uint8Array[];
}

/** Bytes of a part. As a text it is no large object to V8, which only removes those when it looks through all memory. */
const PART = 96 * 1024;
const [TAB, NEWLINE] = [0x09, 0x0a];

/** Lines take a third of what objects do, and nothing of what the garbage collector walks through. */
export function createPacker(): Packer {
  const full: Uint8Array[] = [];
  let part = Buffer.alloc(0);
  let used = 0;
  let count = 0;
  const finish = (): void => {
    if (used > 0) full.push(part.subarray(0, used));
    used = 0;
  };
  return {
    get count() {
      return count;
    },
    add: (file) => {
      const line = lineOf(file);
      const most = line.length * 3;
      if (part.length - used < most) {
        finish();
        part = Buffer.allocUnsafeSlow(Math.max(PART, most));
      }
      used += part.write(line, used);
      count++;
    },
    parts: () => {
      // Most pages fill a part for a small bit only.
      part = Buffer.from(part.subarray(0, used));
      finish();
      return full;
    },
  };
}

/** The files of parts, in their order. */
export function filesIn(parts: readonly Uint8Array[]): readonly PageFile[] {
  const files: PageFile[] = [];
  for (const { buffer, byteOffset, byteLength } of parts) {
    const part = Buffer.from(buffer, byteOffset, byteLength);
    for (let start = 0; start < byteLength; ) {
      const end = part.indexOf(NEWLINE, start);
      if (end < 0) break;
      files.push(new PackedFile(part, start, end));
      start = end + 1;
    }
  }
  return files;
}

/** A class, for three numbers and references: an object of functions would take more than the line. */
class PackedFile implements PageFile {
  private readonly part: Buffer;
  private readonly start: number;
  private readonly end: number;

  constructor(part: Buffer, start: number, end: number) {
    this.part = part;
    this.start = start;
    this.end = end;
  }

  get filename(): string {
    return unescaped(this.field(this.start));
  }

  get identity(): string {
    const sha256 = this.field(this.part.indexOf(TAB, this.start) + 1);
    return sha256 === "" ? this.file().url : sha256;
  }

  file(): IndexFile {
    return fileOf(this.part.toString("utf8", this.start, this.end));
  }

  private field(start: number): string {
    return this.part.toString("utf8", start, this.part.indexOf(TAB, start));
  }
}

function lineOf(file: IndexFile): string {
  const { filename, url, sha256 = "", size = "", requiresPython = "", yanked, uploadTime = "", coreMetadata } = file;
  const fields = [
    escaped(filename),
    sha256,
    url.endsWith(`/${filename}`) ? `/${url.slice(0, -filename.length)}` : escaped(url),
    size,
    escaped(requiresPython),
    yanked === undefined ? "" : `!${escaped(yanked)}`,
    escaped(uploadTime),
    coreMetadata === undefined ? "" : `!${coreMetadata.sha256 ?? ""}`,
  ];
  return `${fields.join("\t")}\n`;
}

function fileOf(line: string): IndexFile {
  const [name = "", sha256 = "", place = "", size = "", python = "", yanked = "", time = "", metadata = ""] =
    line.split("\t");
  const filename = unescaped(name);
  const metadataSha256 = metadata.slice(1);
  return {
    filename,
    url: place.startsWith("/") ? `${place.slice(1)}${filename}` : unescaped(place),
    ...(sha256 === "" ? {} : { sha256 }),
    ...(size === "" ? {} : { size: Number(size) }),
    ...(python === "" ? {} : { requiresPython: unescaped(python) }),
    ...(yanked === "" ? {} : { yanked: unescaped(yanked.slice(1)) }),
    ...(time === "" ? {} : { uploadTime: unescaped(time) }),
    ...(metadata === "" ? {} : { coreMetadata: metadataSha256 === "" ? {} : { sha256: metadataSha256 } }),
  };
}

const ESCAPES: ReadonlyMap<string, string> = new Map([
  ["\t", "\\t"],
  ["\n", "\\n"],
  ["\\", "\\\\"],
]);
const LETTERS: ReadonlyMap<string, string> = new Map([...ESCAPES].map(([letter, code]) => [code, letter]));

/** Without what parts fields and lines. */
function escaped(text: string): string {
  return /[\t\n\\]/.test(text) ? text.replace(/[\t\n\\]/g, (letter) => ESCAPES.get(letter) ?? letter) : text;
}

function unescaped(text: string): string {
  return text.includes("\\") ? text.replace(/\\./g, (code) => LETTERS.get(code) ?? code) : text;
}

import assert from "node:assert/strict";
import test from "node:test";
import { bytesSource } from "../../src/archive/bytes.ts";
import { readZip } from "../../src/archive/zip.ts";
import { buildZip, type ZipPart } from "../support/zip.ts";

const a: ZipPart = { name: "a", content: "some content of a" };
const b: ZipPart = { name: "b", content: "some content of b" };
const zip64 = (hex: string) => Buffer.from(hex, "hex");

/** What, the archive, and what the message says. */
const hostile: readonly [what: string, bytes: Uint8Array, message: RegExp][] = [
  [
    "a path that climbs out",
    buildZip([{ name: "x/../../etc/passwd" }]),
    /"x\/\.\.\/\.\.\/etc\/passwd" has a "\.\." part/,
  ],
  ["a path that is only dots", buildZip([{ name: ".." }]), /"\.\." part/],
  ["a dot part", buildZip([{ name: "x/./y" }]), /"\." part/],
  ["an absolute path", buildZip([{ name: "/etc/passwd" }]), /absolute path/],
  ["a UNC path", buildZip([{ name: "//host/share" }]), /absolute path/],
  ["a UNC path with backslashes", buildZip([{ name: "\\\\host\\share" }]), /backslash/],
  ["a drive letter", buildZip([{ name: "C:/x" }]), /drive letter/],
  ["a drive-relative path", buildZip([{ name: "c:x" }]), /drive letter/],
  ["a backslash", buildZip([{ name: "x\\..\\y" }]), /backslash/],
  ["an empty name", buildZip([{ name: "" }]), /empty name/],
  ["an empty part", buildZip([{ name: "x//y" }]), /empty part/],
  ["a double slash at the end", buildZip([{ name: "x//" }]), /empty part/],
  ["a NUL in a name", buildZip([{ name: "x.py\0.txt" }]), /"x\.py\\x00\.txt" has a control character/],
  ["an escape sequence in a name", buildZip([{ name: "\x1b[2J" }]), /"\\x1b\[2J" has a control character/],
  ["a C1 control character", buildZip([{ name: "x\u009b" }]), /control character/],
  ["a name that is not UTF-8", buildZip([{ name: Buffer.from([0x61, 0xff]) }]), /not UTF-8/],
  ["a whiteout name", buildZip([{ name: "x/.wh.y" }]), /deletion/],
  ["an opaque whiteout", buildZip([{ name: "x/.wh..wh..opq" }]), /deletion/],
  ["a part longer than file systems allow", buildZip([{ name: "ü".repeat(128) }]), /longer than 255/],
  ["a path longer than systems allow", buildZip([{ name: `${"x/".repeat(2048)}y` }]), /longer than 4095/],
  ["a symbolic link", buildZip([{ name: "x", content: "/etc/passwd", mode: 0o120777 }]), /symbolic link/],
  ["a device", buildZip([{ name: "x", mode: 0o020666 }]), /neither/],
  ["a directory under a file's name", buildZip([{ name: "x", mode: 0o040755 }]), /directory without a slash/],
  ["a directory with content", buildZip([{ name: "x/", content: "y" }]), /directory with content/],
  ["a duplicate name", buildZip([a, b, a]), /"a" is there twice/],
  ["names that differ in letter case", buildZip([{ name: "X/a" }, { name: "x/A" }]), /"X\/a" clashes with "x\/A"/],
  ["names that differ in Unicode form", buildZip([{ name: "\u00e9" }, { name: "e\u0301" }]), /clashes/],
  ["names that fold alike", buildZip([{ name: "stra\u00dfe" }, { name: "STRASSE" }]), /clashes/],
  ["a file and a directory of one name", buildZip([{ name: "x" }, { name: "x/" }]), /as a file and as a directory/],
  [
    "a file that is a directory too",
    buildZip([{ name: "x.y" }, { name: "x" }, { name: "X/y" }]),
    /"x" is a file, and "X\/y"/,
  ],
  ["an encrypted entry", buildZip([{ ...a, flags: 1 }]), /"a" is encrypted/],
  ["strong encryption", buildZip([{ ...a, flags: 0x40 }]), /encrypted/],
  ["an encrypted directory", buildZip([{ ...a, flags: 0x2000 }]), /encrypted/],
  ["patch data", buildZip([{ ...a, flags: 0x20 }]), /unknown flags 0x20/],
  ["zstd", buildZip([{ ...a, method: 93 }]), /"a" is compressed with zstd \(93\)/],
  ["bzip2", buildZip([{ ...a, method: 12 }]), /bzip2/],
  ["an unknown method", buildZip([{ ...a, method: 77 }]), /unknown method \(77\)/],
  ["a stored entry whose sizes differ", buildZip([{ ...a, method: 0, raw: Buffer.from("short") }]), /sizes differ/],
  ["content without a byte of data", buildZip([{ ...a, raw: Buffer.alloc(0) }]), /promises 17 bytes and has none/],
  [
    "an empty entry with a CRC",
    buildZip([{ name: "a", central: { crc32: 5 }, local: { crc32: 5 } }]),
    /CRC is not that of nothing/,
  ],
  ["a bomb", bomb(200_000_000, 1000), /looks like a bomb/],
  ["a mismatch of names", buildZip([{ ...a, local: { name: Buffer.from("A") } }]), /"a" has another name/],
  ["a mismatch of methods", buildZip([{ ...a, local: { method: 0 } }]), /another method/],
  ["a mismatch of CRCs", buildZip([{ ...a, local: { crc32: 1 } }]), /another CRC/],
  ["a mismatch of sizes", buildZip([{ ...a, local: { size: 1 } }]), /another size/],
  ["a mismatch of compressed sizes", buildZip([{ ...a, local: { compressedSize: 1 } }]), /another compressed size/],
  ["a mismatch of flags", buildZip([{ ...a, local: { flags: 8 } }]), /another set of flags/],
  [
    "zero sizes without a descriptor",
    buildZip([{ ...a, local: { size: 0, compressedSize: 0, crc32: 0 } }]),
    /another size/,
  ],
  ["a second name", buildZip([{ ...a, extra: unicodePath("b") }]), /second, different name/],
  [
    "a second name in the local header",
    buildZip([{ ...a, local: { extra: unicodePath("b") } }]),
    /second, different name/,
  ],
  ["a broken extra field", buildZip([{ ...a, extra: Buffer.from("9999ff00", "hex") }]), /broken extra/],
  [
    "a broken local extra field",
    buildZip([{ ...a, local: { extra: Buffer.from("9999ff00", "hex") } }]),
    /broken extra/,
  ],
  [
    "a directory entry that points nowhere",
    buildZip([a, { ...b, centralOnly: true, central: { offset: 9 } }]),
    /overlaps/,
  ],
  [
    "a directory entry beyond the data",
    buildZip([a, { ...b, centralOnly: true, central: { offset: 90_000 } }]),
    /no entry owns/,
  ],
  ["no local header", buildZip([{ ...a, local: { signature: 0x02014b50 } }]), /no local header/],
  [
    "entries that share data",
    buildZip([a, { ...a, name: "c", centralOnly: true, central: { offset: 0 } }]),
    /overlaps another|another name/,
  ],
  [
    "a quoted overlap",
    buildZip([{ ...a, central: { compressedSize: 60 }, local: { compressedSize: 60 } }, b]),
    /overlaps another/,
  ],
  [
    "data that reach into the directory",
    buildZip([{ ...a, central: { compressedSize: 30 }, local: { compressedSize: 30 } }]),
    /overlaps the directory/,
  ],
  [
    "a hidden entry",
    buildZip([a, { ...b, localOnly: true }, { name: "c" }]),
    /"c" has \d+ bytes before it that no entry owns/,
  ],
  ["a hidden last entry", buildZip([a, { ...b, localOnly: true }]), /before its directory that no entry owns/],
  ["bytes before the first entry", buildZip([a], { prefix: Buffer.from("#!/bin/sh\n") }), /10 bytes before it/],
  ["bytes before the directory", buildZip([a], { gap: Buffer.alloc(4) }), /4 bytes before its directory/],
  ["bytes behind the directory", buildZip([a], { afterCentral: Buffer.alloc(4) }), /does not end at its end record/],
  [
    "a descriptor that lies",
    buildZip([{ ...a, dataDescriptor: "signature", central: { crc32: 4 } }]),
    /data descriptor/,
  ],
  ["a missing descriptor", buildZip([{ ...a, flags: 8 }]), /data descriptor/],
  [
    "a hidden entry where a descriptor should be",
    buildZip([
      { ...a, flags: 8 },
      { ...b, localOnly: true },
    ]),
    /data descriptor/,
  ],
  ["bytes behind the end", buildZip([a], { trailing: Buffer.from("x") }), /bytes behind its end record/],
  ["an archive behind the archive", Buffer.concat([buildZip([a]), buildZip([b])]), /does not end at its end record/],
  [
    "an archive in the comment",
    buildZip([a], { comment: buildZip([b]) }),
    /bytes behind|hides|two end records|does not end/,
  ],
  ["a local header in the comment", buildZip([a], { comment: Buffer.from("PK\x03\x04") }), /hides another archive/],
  ["a comment that is cut off", buildZip([a], { comment: "abc" }).subarray(0, -1), /comment that passes its end/],
  [
    "an end record inside the comment of another",
    buildZip([a], { comment: `PK\x05\x06${"\0".repeat(18)}` }),
    /does not end|two end/,
  ],
  ["a second end record that NULs follow", rival(), /two end records/],
  ["several disks", buildZip([a], { end: { disk: 1 } }), /one part of several/],
  ["a directory on another disk", buildZip([a], { end: { centralDisk: 1 } }), /one part of several/],
  ["an entry on another disk", buildZip([{ ...a, central: { disk: 1 } }]), /split archive/],
  ["a count for this disk that differs", buildZip([a], { end: { entriesHere: 2 } }), /one part of several/],
  ["a count that is too high", buildZip([a], { end: { entries: 2, entriesHere: 2 } }), /can hold|cut off/],
  [
    "a count that is too low",
    buildZip([a, b], { end: { entries: 1, entriesHere: 1 } }),
    /more in its central directory/,
  ],
  ["a directory size that lies", buildZip([a], { end: { centralSize: 46 } }), /does not end at its end record/],
  ["a directory offset that lies", buildZip([a], { end: { centralOffset: 3 } }), /does not end at its end record/],
  ["a directory without entries", buildZip([{ ...a, central: { signature: 7 } }]), /something else than an entry/],
  [
    "a zip64 count that contradicts",
    buildZip([a], { zip64: { entries: 2, entriesHere: 2 }, end: { entries: 1, entriesHere: 1 } }),
    /contradicts/,
  ],
  ["a zip64 offset that lies", buildZip([a], { zip64: { centralOffset: 1 } }), /does not end/],
  [
    "a zip64 offset beyond numbers",
    buildZip([a], { zip64: { centralOffset: Number.MAX_SAFE_INTEGER } }),
    /does not end/,
  ],
  ["extensible data", buildZip([a], { zip64: { extensible: Buffer.alloc(8) } }), /extensible data/],
  ["extensible data that its size hides", buildZip([a], { zip64: { recordSize: 52 } }), /extensible data/],
  ["a locator that points elsewhere", buildZip([a], { zip64: { locatorOffset: 0 } }), /not where it should be/],
  ["a locator for several disks", buildZip([a], { zip64: { locatorDisks: 2 } }), /one part of several/],
  ["a zip64 size without its field", buildZip([{ ...a, central: { size: 0xffffffff } }]), /zip64 field/],
  [
    "a zip64 field that is too short",
    buildZip([{ ...a, central: { size: 0xffffffff, extra: zip64("0100040011000000") } }]),
    /zip64 field/,
  ],
  [
    "a zip64 field that is too long",
    buildZip([{ ...a, central: { size: 0xffffffff, extra: zip64("010010001100000000000000ffffffff00000000") } }]),
    /zip64 field/,
  ],
  [
    "two zip64 fields",
    buildZip([
      { ...a, central: { size: 0xffffffff, extra: zip64("01000800110000000000000001000800ff00000000000000") } },
    ]),
    /zip64 field/,
  ],
  [
    "a zip64 size that lies",
    buildZip([{ ...a, central: { size: 0xffffffff, extra: zip64("01000800ffff000000000000") } }]),
    /another size/,
  ],
  [
    "a zip64 size beyond numbers",
    buildZip([{ ...a, central: { size: 0xffffffff, extra: zip64("01000800ffffffffffffffff") } }]),
    /absurd size/,
  ],
  [
    "a local zip64 size that lies",
    buildZip([{ ...a, local: { size: 0xffffffff, extra: zip64("01000800ffff000000000000") } }]),
    /another size/,
  ],
  ["nothing at all", Buffer.alloc(0), /no end record/],
  ["text", Buffer.from("<!DOCTYPE html><title>404</title>"), /no end record/],
  ["only a first half", buildZip([a, b]).subarray(0, 60), /no end record/],
];

function bomb(size: number, ratio: number): Buffer {
  const raw = Buffer.alloc(Math.floor(size / ratio) - 1);
  return buildZip([{ name: "a", raw, central: { size }, local: { size }, content: "x" }]);
}

function unicodePath(name: string): Buffer {
  const content = Buffer.concat([Buffer.from([1, 0, 0, 0, 0]), Buffer.from(name)]);
  return Buffer.concat([Buffer.from([0x75, 0x70, content.length, 0]), content]);
}

/** NULs follow the true end record; a reader that insists on a fitting comment goes on to the false one before it. */
function rival(): Buffer {
  const trailing = Buffer.alloc(9);
  const end = Buffer.concat([Buffer.from("PK\x05\x06"), Buffer.alloc(16), Buffer.alloc(2)]);
  const bytes = buildZip([{ name: "a", method: 0, content: end }], { trailing });
  const at = bytes.indexOf(end);
  bytes.writeUInt16LE(bytes.length - at - 22, at + 20);
  return bytes;
}

for (const [what, bytes, message] of hostile) {
  test(`an archive with ${what} is refused`, async () => {
    await assert.rejects(readZip(bytesSource(bytes)), { name: "OciasmError", code: "WHEEL_INVALID", message });
  });
}

import assert from "node:assert/strict";
import { test } from "node:test";
import { type BaseVerdict, readBaseNote, writeBaseNote } from "../../src/base/base-note.ts";
import { isOciasmError } from "../../src/errors.ts";
import { mutations } from "../support/mutations.ts";

const VERDICT: BaseVerdict = {
  facts: {
    python: { version: "3.12.4", executable: "/usr/local/bin/python3.12", freeThreaded: false },
    libc: { family: "glibc", version: "2.36" },
    directories: [
      { type: "directory", path: "tmp", mode: 0o1777 },
      { type: "directory", path: "home/app", mode: 0o700, uid: 1000, gid: 1000 },
    ],
    links: { bin: "usr/bin", __proto__x: "usr/lib" },
    passwd: "root:x:0:0:root:/root:/bin/sh\n",
    group: "root:x:0:\n",
    authorities: "/etc/ssl/certs/ca-certificates.crt",
  },
  libraries: { sonames: ["libc.so.6", "libz.so.1"], suite: "bookworm" },
  sizes: [120_000_000, 0, 4096],
};

const NOTE = writeBaseNote(VERDICT) ?? "";

/** The note with other members below `facts`. */
function changed(facts: object): string {
  const note = JSON.parse(NOTE) as { readonly facts: object };
  return JSON.stringify({ ...note, facts: { ...note.facts, ...facts } });
}

test("a note gives back what was written, whatever the base is like", () => {
  assert.deepEqual(readBaseNote(NOTE), VERDICT);
  const bare: BaseVerdict = { facts: { directories: [], links: {} }, sizes: [] };
  assert.deepEqual(readBaseNote(writeBaseNote(bare) ?? ""), bare);
});

test("a base with more to tell than a manifest should carry gets no note", () => {
  const passwd = "user:x:1000:1000::/home/user:/bin/sh\n".repeat(1000);
  assert.equal(writeBaseNote({ ...VERDICT, facts: { ...VERDICT.facts, passwd } }), undefined);
});

test("a base with more libraries than a manifest should carry tells the rest", () => {
  const sonames = Array.from({ length: 5000 }, (_, at) => `libnumber${at}.so.1`);
  const { libraries: _many, ...rest } = VERDICT;
  assert.deepEqual(readBaseNote(writeBaseNote({ ...VERDICT, libraries: { sonames } }) ?? ""), rest);
});

for (const [what, text] of [
  ["another format", JSON.stringify({ ...JSON.parse(NOTE), format: 1 })],
  ["no JSON", NOTE.slice(1)],
  ["more bytes than are ever written", changed({ group: "x".repeat(200_000) })],
  ["a size below nothing", JSON.stringify({ ...JSON.parse(NOTE), sizes: [-1] })],
  ["sizes that are no list", JSON.stringify({ ...JSON.parse(NOTE), sizes: { length: 1 } })],
  ["no Python's version", changed({ python: { version: "banana", executable: "/bin/python" } })],
  ["a version that is a path", changed({ python: { version: "3.12.1/../..", executable: "/bin/python" } })],
  ["an executable of nowhere", changed({ python: { version: "3.12.1", executable: "bin/python" } })],
  ["an executable out of the image", changed({ python: { version: "3.12.1", executable: "/../bin/python" } })],
  ["an unknown libc", changed({ libc: { family: "newlib", version: "1.0" } })],
  ["no libc's version", changed({ libc: { family: "glibc", version: "9".repeat(100) } })],
  ["a directory out of the image", changed({ directories: [{ path: "../etc", mode: 0o777 }] })],
  ["an absolute directory", changed({ directories: [{ path: "/etc", mode: 0o777 }] })],
  ["a mode of more bits than there are", changed({ directories: [{ path: "etc", mode: 0o100_777 }] })],
  ["an owner beyond all", changed({ directories: [{ path: "etc", uid: 2 ** 40 }] })],
  ["a link from nowhere", changed({ links: { "": "etc" } })],
  ["authorities out of the image", changed({ authorities: "/../ca.crt" })],
  ["a release that is a path", JSON.stringify({ ...JSON.parse(NOTE), libraries: { sonames: [], suite: "../x" } })],
  ["a link out of the image", changed({ links: { bin: "../../bin" } })],
  ["a link that is no text", changed({ links: { bin: { length: 1 } } })],
] as const) {
  test(`a note with ${what} is refused`, () => {
    assert.throws(() => readBaseNote(text), { code: "ARCHIVE_INVALID" });
  });
}

test("damaged notes are refused or read, and end nowhere else", () => {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 0;
  let refused = 0;
  mutations([Buffer.from(NOTE)], 40_000, (bytes) => {
    try {
      readBaseNote(Buffer.from(bytes).toString("utf8"));
    } catch (error) {
      if (!isOciasmError(error) || error.code !== "ARCHIVE_INVALID") throw error;
      refused++;
    }
  });
  Error.stackTraceLimit = limit;
  assert.ok(refused > 1000 && refused < 40_000);
});

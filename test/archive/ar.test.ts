import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test from "node:test";
import { readArIndex } from "../../src/archive/ar.ts";
import { bytesSource } from "../../src/archive/bytes.ts";
import { buildAr } from "../support/ar.ts";
import { fuzz } from "../support/fuzz.ts";
import { mutate, xorshift } from "../support/mutate.ts";

const read = (bytes: Uint8Array) => readArIndex(bytesSource(bytes));
const deb = buildAr([
  { name: "debian-binary", content: "2.0\n" },
  { name: "control.tar.xz", content: "odd" },
  { name: "data.tar.xz", content: "data" },
]);

const random = xorshift(41);
const outcome = await fuzz(100_000, "ARCHIVE_INVALID", async () => {
  const bytes = mutate(deb, random);
  for (const { offset, size } of await read(bytes)) assert.ok(offset + size <= bytes.length);
});

test("the members of a package are found, padding or not", async () => {
  const members = await read(deb);
  assert.deepEqual(
    members.map(({ name }) => name),
    ["debian-binary", "control.tar.xz", "data.tar.xz"],
  );
  assert.deepEqual(
    members.map(({ offset, size }) => deb.subarray(offset, offset + size).toString()),
    ["2.0\n", "odd", "data"],
  );
});

test("names may end in the slash that GNU ar adds", async () => {
  assert.deepEqual(await read(buildAr([{ name: "data.tar/", content: "" }])), [
    { name: "data.tar", offset: 68, size: 0 },
  ]);
});

test("the last member may lack its padding", async () => {
  assert.equal((await read(buildAr([{ name: "a", content: "odd" }]).subarray(0, -1))).length, 1);
  assert.equal((await read(Buffer.from("!<arch>\n"))).length, 0);
});

test("archives of the ar program are read alike", async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "ar-"));
  try {
    writeFileSync(join(folder, "one"), "1");
    writeFileSync(join(folder, "two"), "22");
    const result = spawnSync("ar", ["rcD", "x.a", "one", "two"], { cwd: folder });
    if (result.error !== undefined) return t.skip("no ar");
    const members = await read(readFileSync(join(folder, "x.a")));
    assert.deepEqual(
      members.map(({ name, size }) => [name, size]),
      [
        ["one", 1],
        ["two", 2],
      ],
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
});

const hostile: readonly [what: string, bytes: Uint8Array, message: RegExp][] = [
  ["another magic", Buffer.from("!<thin>\n"), /does not start as one/],
  ["nothing", Buffer.alloc(0), /cut off/],
  ["a header that is cut off", deb.subarray(0, 40), /cut off in a header/],
  ["a member that is cut off", deb.subarray(0, 70), /cut off in "debian-binary"/],
  ["a size that is no number", buildAr([{ name: "a", content: "", size: "1x" }]), /"a" whose size is no number/],
  ["a negative size", buildAr([{ name: "a", content: "", size: "-60" }]), /size is no number/],
  ["a size beyond its end", buildAr([{ name: "a", content: "abc", size: "9999999999" }]), /cut off in "a"/],
  ["no header where one should be", Buffer.concat([deb, Buffer.alloc(60)]), /no header at/],
  [
    "a name twice",
    buildAr([
      { name: "a", content: "" },
      { name: "a", content: "" },
    ]),
    /two members "a"/,
  ],
  ["an empty name", buildAr([{ name: "", content: "" }]), /bad name/],
  ["a symbol table", buildAr([{ name: "/", content: "" }]), /bad name/],
  ["a table of long names", buildAr([{ name: "//", content: "" }]), /bad name/],
  ["a long name of GNU", buildAr([{ name: "/12", content: "" }]), /bad name/],
  ["a long name of BSD", buildAr([{ name: "#1/20", content: "" }]), /bad name/],
  ["a path for a name", buildAr([{ name: "../x", content: "" }]), /bad name/],
  ["a control character in a name", buildAr([{ name: "a\x1b[2J", content: "" }]), /bad name/],
  [
    "something else than padding",
    Buffer.concat([buildAr([{ name: "a", content: "odd" }]).subarray(0, -1), Buffer.from("x"), deb.subarray(8)]),
    /no padding/,
  ],
  [
    "too many members",
    buildAr(Array.from({ length: 1001 }, (_, index) => ({ name: `m${index}`, content: "" }))),
    /more than 1000/,
  ],
];

for (const [what, bytes, message] of hostile) {
  test(`an ar archive with ${what} is refused`, async () => {
    await assert.rejects(read(bytes), { code: "ARCHIVE_INVALID", message });
  });
}

test("a hundred thousand damaged archives give members inside the archive or a clear error", () => {
  assert.deepEqual(outcome.unexpected, []);
  assert.ok(outcome.accepted > 1000 && outcome.accepted < 90_000, `${outcome.accepted} of them were accepted`);
});

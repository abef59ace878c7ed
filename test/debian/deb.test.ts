import assert from "node:assert/strict";
import { test } from "node:test";
import { checkDebFormat, debMembers } from "../../src/debian/deb.ts";

const members = (...names: readonly string[]) => names.map((name) => ({ name }));

test("control and data are found with their packing", () => {
  const found = debMembers(members("debian-binary", "_gpgorigin", "control.tar.xz", "data.tar.zst", "extra"));
  assert.equal(found.control.member.name, "control.tar.xz");
  assert.deepEqual([found.control.compression, found.data.compression], ["xz", "zstd"]);
  assert.equal(debMembers(members("debian-binary", "control.tar", "data.tar.gz")).control.compression, "none");
});

test("members that are missing, swapped, doubled or packed otherwise are refused", () => {
  const refused = [
    [],
    ["control.tar", "data.tar"],
    ["debian-binary", "control.tar"],
    ["debian-binary", "data.tar", "control.tar"],
    ["debian-binary", "control.tar", "data.tar.lzma"],
    ["debian-binary", "control.tar", "data.tar", "data.tar.gz"],
    ["debian-binary", "control.tarx", "data.tar"],
  ];
  for (const names of refused) {
    assert.throws(() => debMembers(members(...names)), { code: "ARCHIVE_INVALID" }, names.join(" "));
  }
});

test("only format 2 is known", () => {
  checkDebFormat("2.0\n");
  for (const text of ["1.0\n", "3.0\n", "", "2.0"])
    assert.throws(() => checkDebFormat(text), { code: "ARCHIVE_INVALID" });
});

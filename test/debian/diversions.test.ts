import assert from "node:assert/strict";
import { test } from "node:test";
import { divertingLines, parseDiversions } from "../../src/debian/diversions.ts";
import { unknownLines } from "../../src/debian/maintainer-script.ts";

const scripts = (preinst: readonly string[], postinst: readonly string[] = []) => ({
  package: "demo",
  preinst: ["#!/bin/sh", "set -e", ...preinst, ""].join("\n"),
  postinst: postinst.length === 0 ? "" : ["#!/bin/sh", ...postinst, ""].join("\n"),
});
const shown = (preinst: readonly string[], postinst?: readonly string[]): readonly string[] =>
  parseDiversions(scripts(preinst, postinst)).map(({ from, to }) => `${from} ${to}`);
const CALL = "dpkg-divert --package demo --add --rename --divert /usr/bin/x.old /usr/bin/x";

test("a diversion in plain words is read, whatever the order of its options", () => {
  assert.deepEqual(shown([CALL]), ["/usr/bin/x /usr/bin/x.old"]);
  assert.deepEqual(shown(["dpkg-divert --rename /sbin/halt"]), ["/sbin/halt /sbin/halt.distrib"]);
  // As postgresql-common, zutils and molly-guard write them.
  const wrapped = [
    'case "$1" in',
    "    install|upgrade)",
    "\tdpkg-divert --package demo \\",
    "    --rename --add /usr/bin/x",
  ];
  assert.deepEqual(shown([...wrapped, "        ;;", "    *)", "        exit 1", "esac"]), [
    "/usr/bin/x /usr/bin/x.distrib",
  ]);
  const loop = [`case "\${1}" in`, "install)", "for FILE in zcat zcmp", "do"];
  const body = `dpkg-divert --package demo --quiet --add --rename --divert /bin/\${FILE}.gzip /bin/\${FILE} >/dev/null`;
  assert.deepEqual(shown([...loop, body, "done", ";;", "esac"]), [
    "/bin/zcat /bin/zcat.gzip",
    "/bin/zcmp /bin/zcmp.gzip",
  ]);
  const either = 'if [ "$1" = install ] || [ "$1" = upgrade ]';
  assert.deepEqual(shown([either, "then", CALL, "fi"]), ["/usr/bin/x /usr/bin/x.old"]);
  assert.deepEqual(shown(["true"], ['if [ "$1" = "configure" ]; then', CALL, "fi"]), ["/usr/bin/x /usr/bin/x.old"]);
});

test("one whose condition, words or end nobody knows is passed over and told", () => {
  const dark: readonly (readonly string[])[] = [
    ['if [ "$1" != "upgrade" ]; then', CALL, "fi"],
    ['if [ "$1" = upgrade ]; then', CALL, "fi"],
    ['if [ "$1" = install ] && [ -e /x ]; then', CALL, "fi"],
    ['if [ "$1" = install ]; then', "true", "else", CALL, "fi"],
    ['case "$1" in', "upgrade)", CALL, ";;", "esac"],
    ["add () {", CALL, "}", "add"],
    ["while true; do", CALL, "done"],
    [`[ -e /usr/bin/x ] && ${CALL}`],
    ["dpkg-divert --package demo --add /usr/bin/x"],
    ["dpkg-divert --package other --rename --add /usr/bin/x"],
    ["dpkg-divert --rename --add $(command -v x)"],
    ["dpkg-divert --rename --divert /usr/../x --add /usr/bin/x"],
    ["dpkg-divert --local --rename --add /usr/bin/x"],
  ];
  for (const lines of dark) {
    assert.deepEqual(shown(lines), [], lines.join("; "));
    const one = scripts(lines);
    const told = unknownLines(one.preinst, divertingLines(one));
    assert.ok(
      told.some((line) => line.includes("dpkg-divert")),
      lines.join("; "),
    );
  }
  const plain = scripts([CALL]);
  assert.deepEqual(unknownLines(plain.preinst, divertingLines(plain)), []);
});

test("a diversion that a script takes back is none of ours, one of an older name is", () => {
  assert.deepEqual(shown([CALL], ["dpkg-divert --package demo --rename --remove /usr/bin/x"]), []);
  assert.deepEqual(shown(["dpkg-divert --rename --remove /bin/x", CALL]), ["/usr/bin/x /usr/bin/x.old"]);
});

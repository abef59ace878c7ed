import assert from "node:assert/strict";
import { test } from "node:test";
import { hasKnownScripts } from "../../src/debian/known-scripts.ts";
import { unknownLines } from "../../src/debian/maintainer-script.ts";

const lines = (...body: readonly string[]): readonly string[] => unknownLines(`#!/bin/sh\n${body.join("\n")}\n`);

test("what debhelper writes into most scripts leaves nothing behind", () => {
  const body = [
    "set -e",
    "# Automatically added by dh_makeshlibs/13.11.4",
    'if [ "$1" = "configure" ] || [ "$1" = "abort-upgrade" ]; then',
    "  ldconfig",
    "fi",
    "if command -v py3compile >/dev/null 2>&1; then",
    "  py3compile -p demo:amd64 /usr/lib/demo",
    "fi",
    'dpkg-maintscript-helper rm_conffile /etc/demo 1.0~ -- "$@"',
    "deb-systemd-helper unmask 'demo.service' >/dev/null || true",
    'case "$1" in',
    "  configure|abort-remove)",
    "    rm -f /usr/share/old",
    "  ;;",
    '  *) echo "unknown argument \\`$1\'" >&2; exit 1 ;;',
    "esac",
    "update-alternatives --install /usr/bin/awk awk /usr/bin/mawk 5 \\",
    "  --slave /usr/share/man/awk.1 awk.1 /usr/share/man/mawk.1",
    "exit 0",
  ];
  assert.deepEqual(lines(...body), []);
  assert.deepEqual(unknownLines(""), []);
});

test("whatever may make a file, an account or a right is told", () => {
  const makers = [
    "adduser --system --group demo",
    "chown demo:demo /var/lib/demo",
    "[ -d /etc/x ] || mkdir -m 755 /etc/x",
    "if ! setcap cap_net_raw+ep /bin/ping; then",
    "sed -e s/a/b/ /etc/a > /etc/b",
    "cat <<EOF >/etc/demo.conf",
    "dpkg-divert --package demo --rename --add /usr/bin/x",
    "update-alternatives --install /usr/bin/$i $i $basedir/bin/$i $priority",
    "command /usr/lib/demo/setup",
    'HOME="$tmp" demo --init',
  ];
  for (const line of makers) assert.deepEqual(lines(line, ...(line.includes("<<") ? ["EOF"] : [])), [line]);
});

test("functions are known by their bodies, texts between marks are passed over", () => {
  assert.deepEqual(lines("make_it () {", "  touch /x", "}", "make_it"), ["touch /x"]);
  assert.deepEqual(lines("cat <<EOF", "mkdir /not/a/command", "EOF", "true"), []);
});

test("at most five lines are told, and a program that is no shell script as such", () => {
  assert.equal(lines(...Array.from({ length: 9 }, (_, at) => `touch /${at}`)).length, 5);
  assert.deepEqual(unknownLines("#!/usr/bin/perl\nunlink 1;\n"), ["not a shell script: #!/usr/bin/perl"]);
});

test("the base's own packages are known", () => {
  for (const name of ["base-files", "libc6", "python3.11-minimal", "tzdata"]) assert.ok(hasKnownScripts(name), name);
  assert.ok(!hasKnownScripts("postgresql-15"));
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { parseAlternatives } from "../../src/debian/alternatives.ts";
import { unknownLines } from "../../src/debian/maintainer-script.ts";

const shown = (...lines: readonly string[]): readonly string[] =>
  parseAlternatives(lines.join("\n")).map(({ link, name, path, priority, slaves }) =>
    [link, name, path, priority, ...slaves.map((slave) => `+${slave.link}`)].join(" "),
  );

// As OpenJDK's are written.
const JAVA = [
  "#!/bin/sh",
  "multiarch=x86_64-linux-gnu",
  "priority=1711",
  "basedir=/usr/lib/jvm/java-17-openjdk-amd64",
  "mandir=$basedir/man",
  "srcext=1.gz",
  "tools='java keytool'",
  'case "$1" in',
  "configure)",
  '    if [ -n "$multiarch" ]; then',
  "        priority=$(expr $priority - 1)",
  "    fi",
  "    for i in $tools; do",
  "      unset slave1 || true",
  "      if [ -e $mandir/man1/$i.$srcext ]; then",
  '        slave1="--slave \\',
  "                /usr/share/man/man1/$i.1.gz \\",
  "                $i.1.gz \\",
  '                $mandir/man1/$i.$srcext"',
  "      fi",
  "      update-alternatives \\",
  "          --install \\",
  "          /usr/bin/$i \\",
  "          $i \\",
  "          $basedir/bin/$i \\",
  "          $priority \\",
  "          $slave1",
  "    done",
  "    ;;",
  "esac",
];

test("variables with plain values and loops over words are followed", () => {
  assert.deepEqual(shown(...JAVA), [
    "/usr/bin/java java /usr/lib/jvm/java-17-openjdk-amd64/bin/java 1711",
    "/usr/bin/keytool keytool /usr/lib/jvm/java-17-openjdk-amd64/bin/keytool 1711",
  ]);
  assert.deepEqual(unknownLines(`${JAVA.join("\n")}\n`), []);
});

test("loops within loops, and words that are listed in place", () => {
  assert.deepEqual(
    shown(
      "for a in x y; do",
      "  for b in 1 2",
      "  do",
      "    update-alternatives --install /usr/bin/$a$b $a$b /opt/$a/$b 5 --slave /usr/bin/s$a s$a /opt/s",
      "  done",
      "done",
      "update-alternatives --install /usr/bin/z z /opt/z 1",
    ),
    [
      ...["x1", "x2", "y1", "y2"].map((n) => `/usr/bin/${n} ${n} /opt/${n[0]}/${n[1]} 5 +/usr/bin/s${n[0]}`),
      "/usr/bin/z z /opt/z 1",
    ],
  );
});

test("what nobody knows without running the script is passed over, and told", () => {
  const dark = [
    ["d=$(pwd)", "update-alternatives --install /usr/bin/x x $d/x 5"],
    ["d=/a", "d=/b", "update-alternatives --install /usr/bin/x x $d/x 5"],
    ["for d in /opt/*; do", "update-alternatives --install /usr/bin/x x $d/x 5", "done"],
    ["update-alternatives --install /usr/bin/x x /opt/../x 5"],
  ];
  for (const lines of dark) {
    assert.deepEqual(shown(...lines), []);
    const told = unknownLines(`#!/bin/sh\n${lines.join("\n")}\n`);
    assert.ok(
      told.some((line) => line.startsWith("update-alternatives")),
      lines.join("; "),
    );
  }
});

test("a script that would never end is left off", () => {
  const deep = Array.from({ length: 12 }, (_, at) => `for v${at} in a b c d e f g h; do`);
  const body = ["update-alternatives --install /usr/bin/x x /opt/x 5", ...deep.map(() => "done")];
  assert.ok(shown(...deep, ...body).length <= 20_000);
  assert.deepEqual(shown(...deep, ...deep.map(() => "done"), body[0] ?? ""), []);
  assert.deepEqual(shown("v=$v$v", "for a in b; do", "update-alternatives --install /usr/bin/$v x /opt/x 5"), []);
});

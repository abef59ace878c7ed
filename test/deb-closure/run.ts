import { readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseSourcesLists } from "../../src/debian/sources-list.ts";
import { createApt } from "./apt.ts";
import { closureComparison, debSets } from "./compare.ts";

// node build/test/deb-closure/run.js [MIRROR]: the closures of testdata/deb-sets.txt beside apt's, for both suites and
// both architectures. Exit 1 on any difference. Fetches 40 MB of lists; they are kept for the next run.
const mirror = process.argv[2] ?? hostMirror();
if (mirror === undefined) {
  console.error("usage: run.js [MIRROR], or a Debian mirror in this host's apt sources");
  process.exit(2);
}
for (const [column, suite] of (["bookworm", "trixie"] as const).entries()) {
  for (const architecture of ["amd64", "arm64"]) {
    const sources = [
      `deb ${mirror} ${suite} main`,
      `deb ${mirror} ${suite}-updates main`,
      `deb ${mirror}-security ${suite}-security main`,
    ];
    const folder = join(tmpdir(), "ociasm-deb-closure", `${suite}-${architecture}`);
    const compare = closureComparison(createApt({ folder, architecture, sources }));
    const sets = debSets(column === 0 ? 0 : 1);
    let same = 0;
    for (const wanted of sets) {
      const differences = compare(wanted);
      if (differences.length === 0) same += 1;
      else console.log([`${suite} ${architecture}: ${wanted.join(" ")}`, ...differences].join("\n  "));
    }
    console.log(`${suite} ${architecture}: ${same}/${sets.length} closures equal apt's`);
    if (same < sets.length) process.exitCode = 1;
  }
}

function hostMirror(): string | undefined {
  const names = ["sources.list.d/debian.sources", "sources.list"];
  const files = names.flatMap((name) => {
    try {
      return [{ name, text: readFileSync(join("/etc/apt", name), "utf8") }];
    } catch {
      return [];
    }
  });
  return parseSourcesLists(files).find(({ suite }) => !suite.includes("-security"))?.uri;
}

import { readFile } from "node:fs/promises";
import pLimit from "p-limit";
import { parseWheelName } from "../../src/python/wheel-name.ts";
import type { LockedWheel } from "../../src/resolve/lock.ts";
import { selectPackages } from "../../src/resolve/select.ts";
import { corpusCacheDir, openCorpusIndex, readPins } from "./index.ts";
import { CORPUS_TARGETS, isCorpusList } from "./targets.ts";

// node build/test/corpus/pin.js LIST REQUIREMENTS [MAX-MB] [native] > testdata/corpus/LIST.txt
// Narrows a hashed requirements file to the one wheel of each package that fits LIST's target.
// MAX-MB leaves larger wheels out; "native" those without compiled code.
const [list = "", file = "", maxMegabytes = "Infinity", kind = "all"] = process.argv.slice(2);
if (!isCorpusList(list) || file === "") {
  console.error("usage: pin.js glibc|musl|arm64 REQUIREMENTS [MAX-MB] [native]");
  process.exit(2);
}
const target = CORPUS_TARGETS[list];
const index = await openCorpusIndex(corpusCacheDir());
const selected = selectPackages(readPins(file, await readFile(file, "utf8")), target, {
  extras: [],
  groups: [],
  noDefaultGroups: false,
});
const limit = pLimit(8);
const lines = await Promise.all(
  selected.map((item) =>
    limit(async () => {
      const label = `${item.package.name}==${item.package.version}`;
      try {
        const wheel = await index.lock(item, target);
        if (wheel.size > Number(maxMegabytes) * 1e6 || (kind === "native" && !isNative(wheel))) return [];
        const size = `${(wheel.size / 1e6).toFixed(wheel.size < 1e5 ? 2 : 1)} MB`;
        return [`${label} --hash=sha256:${wheel.sha256}  # ${wheel.filename} ${size}\n`];
      } catch (error) {
        console.error(`${label} left out: ${error instanceof Error ? error.message.split("\n", 1)[0] : error}`);
        return [];
      }
    }),
  ),
);
process.stdout.write(lines.flat().join(""));
await index.close();

function isNative({ filename }: LockedWheel): boolean {
  const name = parseWheelName(filename);
  return name.ok && name.value.tags.every((tag) => !tag.endsWith("-any"));
}

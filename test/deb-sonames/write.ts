import { writeFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { Readable } from "node:stream";
import { createGunzip } from "node:zlib";
import { type ContentsLine, parseContentsLine, sonamesOf } from "../../src/debian/contents.ts";

// node build/test/deb-sonames/write.js MIRROR SUITE…: writes layout/debian/sonames from a mirror's Contents indices, some
// 50 MB a suite. Of Ubuntu's mirrors the suites jammy, noble and resolute.
const [mirror, ...suites] = process.argv.slice(2);
if (mirror === undefined || suites.length === 0) {
  console.error("usage: write.js MIRROR SUITE…");
  process.exit(2);
}
const UBUNTU = new Set(["jammy", "noble", "resolute"]);
for (const suite of suites) {
  // Ubuntu's indices are of all components, and its mirrors have one machine.
  const indices = UBUNTU.has(suite) ? ["Contents-amd64"] : ["main/Contents-amd64", "main/Contents-arm64"];
  const lines: string[] = [];
  for (const index of indices) lines.push(...(await libraryLines(`${mirror}/dists/${suite}/${index}.gz`)));
  const main = packagesOf(lines, ["main"]);
  const rows = [...packagesOf(lines, ["main", "universe"])].map(
    ([soname, packages]) => `${soname} ${(main.get(soname) ?? packages).join(" ")}\n`,
  );
  const file = new URL(`../../../layout/debian/sonames/${suite}.txt`, import.meta.url);
  writeFileSync(file, rows.join(""));
  console.log(`${suite}: ${rows.length} sonames`);
}

function packagesOf(lines: readonly string[], components: readonly string[]): ReturnType<typeof sonamesOf> {
  const read = lines.map((line) => parseContentsLine(line, components));
  return sonamesOf(read.filter((line): line is ContentsLine => line !== undefined && line.packages.length > 0));
}

async function libraryLines(url: string): Promise<readonly string[]> {
  const answer = await fetch(url);
  if (!answer.ok || answer.body === null) throw new Error(`${url}: ${answer.status}`);
  const plain = Readable.fromWeb(answer.body as Parameters<typeof Readable.fromWeb>[0]).pipe(createGunzip());
  const lines: string[] = [];
  for await (const line of createInterface({ input: plain })) {
    if (line.includes(".so.")) lines.push(line);
  }
  return lines;
}

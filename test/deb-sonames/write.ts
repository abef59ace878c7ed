import { writeFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { Readable } from "node:stream";
import { createGunzip } from "node:zlib";
import { type ContentsLine, parseContentsLine, sonamesOf } from "../../src/debian/contents.ts";

// node build/test/deb-sonames/write.js MIRROR: writes layout/debian/sonames from a mirror's Contents indices (50 MB).
const mirror = process.argv[2];
if (mirror === undefined) {
  console.error("usage: write.js MIRROR");
  process.exit(2);
}
for (const suite of ["bookworm", "trixie"]) {
  const lines: ContentsLine[] = [];
  for (const architecture of ["amd64", "arm64"]) lines.push(...(await libraryLines(suite, architecture)));
  const rows = [...sonamesOf(lines)].map(([soname, packages]) => `${soname} ${packages.join(" ")}\n`);
  const file = new URL(`../../../layout/debian/sonames/${suite}.txt`, import.meta.url);
  writeFileSync(file, rows.join(""));
  console.log(`${suite}: ${rows.length} sonames`);
}

async function libraryLines(suite: string, architecture: string): Promise<readonly ContentsLine[]> {
  const answer = await fetch(`${mirror}/dists/${suite}/main/Contents-${architecture}.gz`);
  if (!answer.ok || answer.body === null) throw new Error(`${answer.url}: ${answer.status}`);
  const plain = Readable.fromWeb(answer.body as Parameters<typeof Readable.fromWeb>[0]).pipe(createGunzip());
  const lines: ContentsLine[] = [];
  for await (const line of createInterface({ input: plain })) {
    const read = line.includes(".so.") ? parseContentsLine(line) : undefined;
    if (read !== undefined) lines.push(read);
  }
  return lines;
}

import { mkdtempSync, readdirSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { isOciasmError } from "../../src/errors.ts";
import type { InputPackage } from "../../src/input/input.ts";
import { uvLock } from "../../src/input/uv-lock.ts";
import { openTestBuilder } from "../support/building.ts";
import { testTarget } from "../support/target.ts";

// node build/test/corpus/sdists.js [LOCK…]: builds every package of these uv.locks (else those of ../shared/judges) that has
// sources and no wheel, and prints how many could be built, and why the others could not. Exit 1 where one fails for
// another reason than a refusal, and where nothing was built.
const work = mkdtempSync(join(tmpdir(), "ociasm-sdists-"));
const { builder, close } = await openTestBuilder(join(work, "cache"), new AbortController().signal);
const target = testTarget({ python: "3.12.1" });
const counts = { built: 0, refused: 0, failed: 0 };
const JUDGES = resolve("../shared/judges/uv-locks");
const named = process.argv.slice(2).map((lock) => resolve(lock));
for (const [label, item] of sourcesOnly(named.length > 0 ? named : judgesLocks())) {
  const outcome = await attempt(item);
  counts[outcome.kind] += 1;
  console.log(`${outcome.kind.padEnd(8)} ${label}${outcome.text === "" ? "" : `: ${outcome.text}`}`);
}
await close();
console.log(JSON.stringify(counts));
process.exitCode = counts.failed === 0 && counts.built > 0 ? 0 : 1;

function judgesLocks(): readonly string[] {
  const found = readdirSync(JUDGES, { recursive: true, encoding: "utf8" });
  return found.filter((path) => path.endsWith("uv.lock")).map((path) => join(JUDGES, path));
}

function sourcesOnly(locks: readonly string[]): ReadonlyMap<string, InputPackage> {
  const found = new Map<string, InputPackage>();
  for (const file of locks) {
    const { selection } = uvLock.parse(readFileSync(file, "utf8"), {
      file,
      environment: {},
      readInclude: () => undefined,
    });
    const items = selection.by === "graph" ? selection.graph.nodes.map((node) => node.package) : [];
    for (const item of items) {
      const hasWheel = item.files.some(({ filename }) => filename.endsWith(".whl"));
      if (item.files.length > 0 && !hasWheel) found.set(`${item.name} ${item.version ?? ""}`, item);
    }
  }
  return new Map([...found].sort(([a], [b]) => (a < b ? -1 : 1)));
}

async function attempt({ name, version, files }: InputPackage): Promise<{
  readonly kind: keyof typeof counts;
  readonly text: string;
}> {
  const [file] = files;
  if (file?.sha256 === undefined || file.size === undefined) return { kind: "failed", text: "no hash or no size" };
  const asked = { name, ...(version === undefined ? {} : { version }), wayOut: "" };
  try {
    const wheel = await builder.sdist({ ...file, sha256: file.sha256, size: file.size }, asked, target);
    return { kind: "built", text: wheel.filename };
  } catch (error) {
    if (!isOciasmError(error)) throw error;
    return { kind: error.code === "BUILD_FAILED" ? "refused" : "failed", text: error.message };
  }
}

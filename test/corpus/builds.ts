import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join, resolve } from "node:path";
import { isOciasmError } from "../../src/errors.ts";
import { parseWheelName } from "../../src/python/wheel-name.ts";
import { openTestBuilder } from "../support/building.ts";
import { testTarget } from "../support/target.ts";
import { wheelDifferences } from "../support/wheel-difference.ts";
import { checkOut, PROJECTS } from "./projects.ts";

// node build/test/corpus/builds.js [FOLDER…]: builds each project in the sandbox and by pip (`pip wheel --no-deps`), and
// says how the wheels differ. Without folders, the projects of ./projects.ts are fetched by git from where
// OCIASM_TEST_REPOSITORIES says that they lie (a URL or folder, with OWNER/NAME below). OCIASM_TEST_PYTHON names the
// Python whose pip it is, OCIASM_ORACLE_WHEELS a folder that keeps its wheels between runs. Exit 1 on any difference
// that is not known, and, for ./projects.ts, on any refusal.
const python = process.env["OCIASM_TEST_PYTHON"] ?? "python3";
const work = mkdtempSync(join(tmpdir(), "ociasm-builds-"));
const named = process.argv.slice(2).map((folder) => resolve(folder));
const folders = named.length > 0 ? named : fetched();
const kept = process.env["OCIASM_ORACLE_WHEELS"] ?? join(work, "oracle");
const { builder, bytesOf, close } = await openTestBuilder(join(work, "cache"), new AbortController().signal);
const target = testTarget({ python: "3.12.1" });
const counts = { same: 0, known: 0, different: 0, refused: 0, failed: 0 };

for (const folder of folders) {
  const outcome = await compare(folder);
  counts[outcome.kind] += 1;
  console.log(`${outcome.kind.padEnd(10)} ${basename(folder)}${outcome.text === "" ? "" : `: ${outcome.text}`}`);
}
await close();
console.log(`${folders.length} projects: ${JSON.stringify(counts)}`);
const wrong = counts.different + counts.failed + (named.length > 0 ? 0 : counts.refused);
process.exitCode = wrong > 0 || folders.length === 0 ? 1 : 0;

function fetched(): readonly string[] {
  const from = process.env["OCIASM_TEST_REPOSITORIES"];
  if (from === undefined) throw new Error("OCIASM_TEST_REPOSITORIES does not say where the repositories lie");
  return PROJECTS.map((project) => checkOut(project, from, join(work, "repositories")));
}

async function compare(folder: string): Promise<{ readonly kind: keyof typeof counts; readonly text: string }> {
  const oracle = pipWheel(folder);
  const name = oracle === undefined ? undefined : parseWheelName(basename(oracle));
  if (oracle === undefined || name?.ok !== true) return { kind: "failed", text: "pip made no wheel" };
  try {
    const asked = { name: name.value.name, wayOut: "" };
    const built = await builder.named({ kind: "folder", path: folder }, join(folder, "lock"), asked, target);
    const differences = await wheelDifferences(await bytesOf(built.wheel), readFileSync(oracle));
    const named = built.wheel.filename === basename(oracle) ? [] : [`${built.wheel.filename} ${basename(oracle)}`];
    const all = [...named, ...differences];
    const text = all.slice(0, 8).join("; ");
    const known = PROJECTS.find(({ repository }) => repository.endsWith(`/${basename(folder)}`))?.known;
    return { kind: text === "" ? "same" : text === known ? "known" : "different", text };
  } catch (error) {
    if (!isOciasmError(error)) throw error;
    return { kind: error.code === "BUILD_FAILED" ? "refused" : "failed", text: error.message };
  }
}

function pipWheel(folder: string): string | undefined {
  const to = join(kept, basename(folder));
  mkdirSync(to, { recursive: true });
  const found = () => readdirSync(to).find((name) => name.endsWith(".whl"));
  if (found() === undefined) {
    const options = ["-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", to, folder];
    spawnSync(python, options, { env: { ...process.env, SOURCE_DATE_EPOCH: "1577836800" }, stdio: "ignore" });
  }
  const wheel = found();
  return wheel === undefined ? undefined : join(to, wheel);
}

import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { markerEnvironment } from "../../src/python/marker-environment.ts";
import type { Target } from "../../src/python/target.ts";
import { findTool } from "./tools.ts";

/** uv beside the oracle's Python, else the one on PATH. Never part of a build. */
export function oracleUv(python: string): string | undefined {
  const beside = join(dirname(python), "uv");
  return existsSync(beside) ? beside : findTool("uv");
}

/** What uv would install from the lock of a folder for some choice: requirement lines with markers, for every target. */
export function uvExport(uv: string, folder: string, options: readonly string[]): readonly string[] {
  const fixed = [
    "export",
    "--frozen",
    "--no-emit-workspace",
    "--no-hashes",
    "--no-header",
    "--no-annotate",
    "--offline",
  ];
  const text = execFileSync(uv, [...fixed, ...options], {
    cwd: folder,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "pipe"],
    maxBuffer: 1 << 26,
  });
  return text.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
}

const EVALUATE = `
import json, sys
from packaging.requirements import Requirement
asked = json.load(sys.stdin)
memo = {}
def holds(marker, number, environment):
    key = (str(marker), number)
    if key not in memo:
        memo[key] = marker.evaluate(environment)
    return memo[key]
answers = []
for lines in asked["lists"]:
    requirements = [Requirement(line) for line in lines]
    answers.append([
        sorted(f"{r.name}{r.specifier}{r.url or ''}" for r in requirements
               if r.marker is None or holds(r.marker, number, environment))
        for number, environment in enumerate(asked["environments"])])
json.dump(answers, sys.stdout)
`;

/** For each list of requirement lines and each target those whose marker holds there, as packaging says: `name==version`. */
export function applicable(
  python: string,
  lists: readonly (readonly string[])[],
  targets: readonly Target[],
): readonly (readonly (readonly string[])[])[] {
  const environments = targets.map((target) => ({ ...markerEnvironment(target), extra: "" }));
  const input = JSON.stringify({ lists, environments });
  return JSON.parse(execFileSync(python, ["-c", EVALUATE], { input, encoding: "utf8", maxBuffer: 1 << 28 }));
}

import type { Target } from "../../src/python/target.ts";
import { machineOf, runOracle } from "./oracle.ts";
import type { Verdict } from "./own.ts";

export interface UvSetup {
  readonly uv: string;
  /** Named, so that uv does not look through all that are installed here for one of the target's version. */
  readonly python: string;
  readonly environment: NodeJS.ProcessEnv;
  readonly cacheDir: string;
  /** Seconds. */
  readonly limit: number;
}

/** `name==version` of what uv comes to with wheels alone, sorted. */
export async function uvVerdict(
  roots: readonly string[],
  target: Target,
  setup: UvSetup,
): Promise<Verdict<readonly string[]>> {
  const platform = `${machineOf(target)}-manylinux_${target.libc.version.replace(".", "_")}`;
  const about = ["--python-version", target.python.version, "--python-platform", platform, "--only-binary", ":all:"];
  const output = ["--no-header", "--no-annotate", "--quiet", "--no-config", "--cache-dir", setup.cacheDir];
  const { python, environment, limit } = setup;
  const input = `${roots.join("\n")}\n`;
  const ended = await runOracle(setup.uv, ["pip", "compile", "-", "--python", python, ...about, ...output], {
    environment,
    input,
    limit,
  });
  const { code, stdout, stderr, seconds } = ended;
  if (code === 0) return { kind: "solved", packages: pinsOf(stdout), seconds };
  if (stderr.includes("No solution found")) return { kind: "unsatisfiable", reason: stderr.trim(), seconds };
  throw new Error(`uv ended with ${code}: ${stderr.trim()}`);
}

function pinsOf(text: string): readonly string[] {
  const lines = text.split("\n").filter((line) => line.includes("=="));
  return [...new Set(lines.map((line) => line.trim().replace(/\[[^\]]*\]/, "")))].sort();
}

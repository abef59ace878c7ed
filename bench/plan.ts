import { createHash } from "node:crypto";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { machine, measure, median } from "./_measure.ts";

const CLI = fileURLToPath(new URL("../bundle/cli/main.js", import.meta.url));
const PACKAGES = 400;
const ROUNDS = 5;

/**
 * `plan` and `explain torch` for a uv.lock of 400 packages, offline: npm run bench -- plan [MAIN.JS]
 * Nothing is read of a base image, which a build would have in its cache.
 */
export async function bench([cli = CLI]: readonly string[]): Promise<void> {
  const work = await mkdtemp(join(tmpdir(), "ociasm-bench-"));
  try {
    await mkdir(join(work, "app"));
    await writeFile(join(work, "app", "uv.lock"), lockText());
    await writeFile(join(work, "app", "main.py"), "print(1)\n");
    const common = [join(work, "app"), "--frozen", "--offline", "--base", "scratch", "--python", "3.12", "--libc"];
    const flags = [...common, "glibc:2.36", "--cache-dir", join(work, "cache"), "--json"];
    const seconds: Record<string, number[]> = { plan: [], explain: [] };
    const cpu: Record<string, number[]> = { plan: [], explain: [] };
    for (let round = 0; round < ROUNDS; round++) {
      for (const [name, words] of [
        ["plan", ["plan"]],
        ["explain", ["explain", "torch"]],
      ] as const) {
        const run = await measure(process.execPath, [cli, ...words, ...flags]);
        if (run.code !== 0) throw new Error(run.stderr);
        seconds[name]?.push(run.seconds);
        cpu[name]?.push(run.cpuSeconds);
      }
    }
    const result = Object.fromEntries(
      Object.entries(seconds).map(([name, all]) => [
        name,
        { cold: all[0], warm: median(all.slice(1)), warmCpu: median(cpu[name]?.slice(1) ?? []) },
      ]),
    );
    console.log(
      JSON.stringify({ case: "plan", machine: machine(), packages: PACKAGES, seconds: result }, undefined, 2),
    );
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/** Every package needs a few that come later, torch all the way down. */
function lockText(): string {
  const names = Array.from({ length: PACKAGES }, (_, at) => (at === 200 ? "torch" : `package-${at}`));
  const rows = names.map((name, at) => {
    const needs = [at + 1, at * 2 + 1, at * 3 + 7].flatMap((other) => names[other] ?? []);
    const file = `${name.replaceAll("-", "_")}-1.0-py3-none-any.whl`;
    const hash = createHash("sha256").update(name).digest("hex");
    const size = 20_000 + (at % 40) ** 4;
    return `[[package]]
name = "${name}"
version = "1.0"
source = { registry = "https://index.example/simple" }
dependencies = [
${needs.map((need) => `    { name = "${need}" },`).join("\n")}
]
wheels = [
    { url = "https://index.example/${file}", hash = "sha256:${hash}", size = ${size} },
]
`;
  });
  return `version = 1
revision = 3
requires-python = ">=3.12"

${rows.join("\n")}
[[package]]
name = "app"
version = "0.1.0"
source = { virtual = "." }
dependencies = [{ name = "package-0" }, { name = "package-3" }]
`;
}

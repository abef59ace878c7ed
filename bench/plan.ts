import { createHash } from "node:crypto";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { costColumns, inRounds } from "./_job.ts";
import { succeed } from "./_measure.ts";
import { OCIASM } from "./peers/ociasm.ts";
import { finish } from "./report/finish.ts";
import { absolute } from "./report/result.ts";

const PACKAGES = 400;
const ROUNDS = 5;
/** Seconds. */
const LIMIT = 1;

/**
 * `plan` and `explain torch` for a uv.lock of 400 packages, offline: npm run bench -- plan [MAIN.JS]
 * Nothing is read of a base image, which a build would have in its cache.
 */
export async function bench([cli = OCIASM]: readonly string[]): Promise<void> {
  const work = await mkdtemp(join(tmpdir(), "ociasm-bench-"));
  try {
    await mkdir(join(work, "app"));
    await writeFile(join(work, "app", "uv.lock"), lockText());
    await writeFile(join(work, "app", "main.py"), "print(1)\n");
    const common = [join(work, "app"), "--frozen", "--offline", "--base", "scratch", "--python", "3.12", "--libc"];
    const flags = [...common, "glibc:2.36", "--cache-dir", join(work, "cache"), "--json"];
    const jobs = [["plan"], ["explain", "torch"]].map((words) => ({
      subject: `ociasm ${words.join(" ")}`,
      run: async () => costColumns(await succeed(process.execPath, [cli, ...words, ...flags])),
    }));
    const rows = await inRounds(ROUNDS, jobs, "quiet");
    const figures = rows.flatMap(({ subject, values }) =>
      absolute(`${subject}, ${PACKAGES} packages`, values["wall s"]?.median, "s", LIMIT),
    );
    const title = `A uv.lock of ${PACKAGES} packages, offline`;
    finish({ case: "plan", versions: {}, tables: [{ title, rows }], figures });
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

import { readdirSync } from "node:fs";
import { dirname, relative, resolve } from "node:path";
import { ociasm } from "../support/cli.ts";

// node build/test/agree/cog.js FOLDER [FLAG…]: plans every model below FOLDER, and prints a table for docs/cog.md. A plan
// resolves every package and decides every layer; nothing but large downloads is left of a build.

interface Outcome {
  readonly model: string;
  readonly isPlanned: boolean;
  readonly text: string;
}

const [folder, ...flags] = process.argv.slice(2);
if (folder === undefined) throw new Error("name a folder with a folder for each model");
const outcomes: Outcome[] = [];
for (const model of modelsIn(resolve(folder))) {
  outcomes.push(await outcomeOf(relative(folder, model), model));
}
const planned = outcomes.filter(({ isPlanned }) => isPlanned).length;
const rows = outcomes.map(({ model, text }) => `| ${model} | ${text} |`);
process.stdout.write(`${["| model | outcome |", "|---|---|", ...rows].join("\n")}\n`);
process.stderr.write(`${planned} of ${outcomes.length} models are planned\n`);

function modelsIn(root: string): readonly string[] {
  return readdirSync(root, { recursive: true, encoding: "utf8" })
    .filter((path) => /(?:^|\/)cog\.yaml$/.test(path) && path.split("/").length <= 3)
    .map((path) => dirname(resolve(root, path)))
    .sort();
}

async function outcomeOf(name: string, path: string): Promise<Outcome> {
  const model = name.replace("+", "/");
  const result = await ociasm(["plan", path, "--json", "--progress", "plain", ...flags], { timeoutMs: 1_800_000 });
  if (result.code === 0) {
    const [image] = JSON.parse(result.stdout).images;
    const layers: readonly { readonly kind: string; readonly packages: readonly string[] }[] = image.layers;
    const packages = layers.flatMap(({ kind, packages: names }) => (/^(?:package|bucket)$/.test(kind) ? names : []));
    return { model, isPlanned: true, text: `${new Set(packages).size} packages in ${layers.length} layers` };
  }
  const reasons = [...result.stderr.matchAll(/^error\[(\w+)\]: (.*)$/gm)].map(
    (match) => `${match[1]}: ${match[2]?.replace(/ --> .*/, "")}`,
  );
  return { model, isPlanned: false, text: cell(reasons) || `exit ${result.code}` };
}

function cell(reasons: readonly string[]): string {
  return [...new Set(reasons)].map((reason) => reason.replaceAll("|", "\\|")).join("<br>");
}

import { writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readLayoutData } from "../src/build/layout-data.ts";
import { partitionWheels } from "../src/layers/partition.ts";
import type { LockedPackage } from "../src/resolve/lock.ts";
import { createDiskStore } from "../src/store/disk.ts";
import { type HistorySource, type LockHistory, readHistory, type Wheel } from "./_lock-history.ts";
import { apko, nixAutoLayer, nixPopularity, oneLayer, pastedGroups, perWheel } from "./_peer-rules.ts";
import { type LayerRule, pullSeconds, replay } from "./_replay.ts";
import { markdownTable, mean, picture, type RuleResult } from "./_replay-report.ts";

/** Applications with locks that were changed often and that name sizes. */
const HISTORIES: readonly HistorySource[] = [
  { repository: "docling-project/docling", file: "uv.lock", pythons: ["3.12"], project: "docling" },
  { repository: "infiniflow/ragflow", file: "uv.lock", pythons: ["3.12", "3.13"] },
  { repository: "kserve/kserve", file: "python/huggingfaceserver/uv.lock", pythons: ["3.12"] },
  {
    repository: "opendatahub-io/notebooks",
    file: "jupyter/pytorch/ubi9-python-3.12/uv.lock.d/pylock.cuda.toml",
    pythons: ["3.12"],
  },
  { repository: "paperless-ngx/paperless-ngx", file: "uv.lock", pythons: ["3.12"] },
  { repository: "bytedance/deer-flow", file: "backend/uv.lock", pythons: ["3.12"] },
  { repository: "saleor/saleor", file: "uv.lock", pythons: ["3.12"] },
  { repository: "Skyvern-AI/skyvern", file: "uv.lock", pythons: ["3.12"] },
  { repository: "mozilla-services/socorro", file: "uv.lock", pythons: ["3.11"] },
];

/** Of the default budget of 72, what Debian's packages, Python, bytecode, the environment and the project leave. */
const SLOTS = 59;

/**
 * What updates cost, by the histories of real locks: npm run bench -- replay MIRRORS [SVG]
 * MIRRORS holds bare clones as OWNER+NAME/repo. Every peer gets as many layers as ociasm takes for the same image.
 */
export async function bench([mirrors, svg]: readonly string[]): Promise<void> {
  if (mirrors === undefined) throw new Error("usage: replay MIRRORS [SVG]");
  const cache = join(tmpdir(), "ociasm-lock-histories");
  const histories = HISTORIES.map((source) => readHistory(source, mirrors, cache));
  const ours = await ociasmRules();
  const rules: Readonly<Record<string, () => LayerRule>> = {
    ociasm: () => ours.auto,
    classic: () => ours.classic,
    rules_py: pastedGroups,
    apko: () => apko,
    "nix auto-layer": () => nixAutoLayer,
    "nix popularity": () => nixPopularity,
    "one layer": () => oneLayer,
  };
  const counts = histories.map(({ images }) => images.map((image) => ours.auto(image, SLOTS).length));
  const table = (what: "pushed" | "pulled" | "unpacked"): readonly RuleResult[] =>
    Object.entries(rules).map(([rule, make]) => ({
      rule,
      ratios: histories.map((history, at) => ratioOf(history, { rule, make, counts: counts[at] ?? [], what })),
    }));
  const names = histories.map(({ name }) => name.slice(name.indexOf("/") + 1));
  const pushed = table("pushed");
  for (const [title, results] of [
    ["sent again", pushed],
    ["pulled again", table("pulled")],
    ["unpacked again", table("unpacked")],
  ] as const) {
    console.log(`${title}, as a multiple of one layer a wheel:\n\n${markdownTable(names, results)}\n`);
  }
  console.log(
    JSON.stringify(
      {
        case: "replay",
        histories: histories.map((one, at) => summary(one, ours.auto, counts[at] ?? [])),
        mean: mean(pushed[0]?.ratios ?? []),
      },
      undefined,
      2,
    ),
  );
  if (svg !== undefined) await writeFile(svg, picture(pushed));
}

interface Case {
  readonly rule: string;
  readonly make: () => LayerRule;
  readonly counts: readonly number[];
  readonly what: "pushed" | "pulled" | "unpacked";
}

function ratioOf(history: LockHistory, { rule, make, counts, what }: Case): number | undefined {
  const knowsNeeds = history.images.some((image) => image.some(({ needs }) => needs.length > 0));
  if (rule.startsWith("nix") && !knowsNeeds) return undefined;
  // The floor of what is unpacked would need an order that knows the future: bytes pulled are.
  const floor = what === "unpacked" ? "pulled" : what;
  return replay(history, make(), counts)[what] / replay(history, perWheel, counts)[floor];
}

async function ociasmRules(): Promise<{ readonly auto: LayerRule; readonly classic: LayerRule }> {
  const index = createDiskStore(join(tmpdir(), "ociasm-lock-histories"));
  const rule = async (name: string): Promise<LayerRule> => {
    const { policy, families } = await readLayoutData(name, ".", index);
    return (image) =>
      partitionWheels(image.map(lockedPackage), policy, families, SLOTS).map(({ packages }) => {
        const names = new Set(packages.map((item) => item.name));
        return image.filter((wheel) => names.has(wheel.name));
      });
  };
  return { auto: await rule("auto"), classic: await rule("classic") };
}

function lockedPackage({ name, sha256, size }: Wheel): LockedPackage {
  return { name, version: "1", requested: false, wheel: { filename: name, url: "", sha256, size } };
}

function summary(history: LockHistory, rule: LayerRule, counts: readonly number[]): Readonly<Record<string, unknown>> {
  const { name, images, unread, estimated } = history;
  const last = images.at(-1) ?? [];
  const bytes = last.reduce((sum, { size }) => sum + size, 0);
  const seconds = (layers: LayerRule): number => Math.round(pullSeconds(layers(last, counts.at(-1) ?? 1)) * 10) / 10;
  return {
    name,
    updates: images.length - 1,
    unread,
    estimated,
    packages: last.length,
    megabytes: Math.round(bytes / 1e6),
    layers: counts.at(-1),
    firstPullSeconds: { ociasm: seconds(rule), perWheel: seconds(perWheel), oneLayer: seconds(oneLayer) },
  };
}

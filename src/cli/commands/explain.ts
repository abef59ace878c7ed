import { type ExplainedLayer, type Explanation, explainStep } from "../../build/explain-step.ts";
import { knownLayers } from "../../build/known-layers.ts";
import { openCache, planImage } from "../../build/pipeline.ts";
import type { LayerPolicy } from "../../layers/policy.ts";
import { reasonText } from "../../layers/reason-text.ts";
import { normalizeName } from "../../python/name.ts";
import type { Arguments } from "../arguments.ts";
import { openBuild } from "../build-request.ts";
import { type Canvas, paint } from "../render/canvas.ts";
import { formatBytes } from "../render/units.ts";
import type { Session } from "../session.ts";
import type { Answer } from "../verbs.ts";

export async function explainCommand(args: Arguments, session: Session): Promise<Answer> {
  const [name = "", ...context] = args.words;
  const { prepared, deps } = await openBuild({ ...args, words: context }, session, session.report, {
    unsized: new Set(),
  });
  const cache = openCache(prepared, prepared.destinations, deps);
  try {
    const explanations: Explanation[] = [];
    for (const platform of prepared.platforms) {
      const plan = await planImage(prepared, platform, cache, deps);
      try {
        const known = await knownLayers(plan, cache, deps);
        const { packages } = prepared;
        explanations.push(await explainStep(normalizeName(name), { packages, plan, known }, deps));
      } finally {
        await plan.base.close();
      }
    }
    const { policy } = prepared.layout;
    return {
      text: explanations.map((one) => explanationText(one, policy, session.canvas)).join("\n\n"),
      json: { schema: 1, explanations },
    };
  } finally {
    await prepared.packages?.close();
    await cache.close();
    await deps.close();
  }
}

function explanationText(one: Explanation, policy: LayerPolicy, canvas: Canvas): string {
  const head = `${paint(`${one.name} ${one.version}`, "strong", canvas)}  ${one.platform}`;
  const section = (title: string, lines: readonly string[]): readonly string[] => [
    "",
    paint(title, "faint", canvas),
    ...lines.map((line) => `  ${line}`),
  ];
  return [
    head,
    ...section("why", whyLines(one)),
    ...section(
      "layer",
      one.layers.flatMap((layer) => layerLines(layer, one, policy)),
    ),
    ...section("costs", costLines(one)),
  ].join("\n");
}

/** Names in a line beyond which only their number is said. */
const SHOWN = 8;

function whyLines({ why }: Explanation): readonly string[] {
  if (why === undefined) return ["unknown: the lock has no dependencies, and the wheels' metadata is not to be had"];
  const { requested, paths, neededBy } = why;
  const ways = paths.filter((path) => path.length > 1).map((path) => path.join(" → "));
  const asked = requested ? ["the project asks for it, or nothing else does"] : [];
  const others = neededBy.length > 1 ? [`needed by ${listed(neededBy)}`] : [];
  return [...asked, ...ways, ...others];
}

function layerLines(
  layer: ExplainedLayer,
  { name, version, compressed }: Explanation,
  policy: LayerPolicy,
): readonly string[] {
  const { title, size, origin, packages, reason } = layer;
  const known = { store: ", known here", registry: ", known in the registry" }[origin as string] ?? ", to be made";
  const others = packages.filter((one) => one !== `${name}==${version}`);
  const shared = others.length > 0 ? [`shared with ${listed(others)}`] : [];
  return [`${title}  ${formatBytes(size)}${known}`, reasonText(reason, compressed, policy, formatBytes), ...shared];
}

function costLines({ compressed, unpacked, freed, why, layers }: Explanation): readonly string[] {
  const size = `${formatBytes(compressed)} to pull${unpacked === undefined ? "" : `, ${formatBytes(unpacked)} unpacked`}`;
  const again = layers.reduce((sum, layer) => sum + layer.size, 0);
  const update = `a new version of it sends ${formatBytes(again)} again`;
  if (why === undefined || freed === undefined) return [size, update];
  const { onlyForIt } = why;
  const others = onlyForIt.length === 0 ? "nothing goes with it" : `with it go ${listed(onlyForIt)}`;
  return [size, update, `without it the image is ${formatBytes(freed)} smaller: ${others}`];
}

function listed(names: readonly string[]): string {
  const shown = names.slice(0, SHOWN).join(", ");
  return names.length > SHOWN ? `${shown} and ${names.length - SHOWN} more` : shown;
}

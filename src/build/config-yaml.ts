import type { Document, Node, Pair } from "yaml";
import { OciasmError } from "../errors.ts";
import { type Locate, locator } from "../input/locate.ts";
import { collectProblems } from "../input/problems.ts";
import type { ConfigNode } from "./config-node.ts";

/** 1 Mi UTF-16 units: a configuration is written by hand. */
const MAX_LENGTH = 1024 * 1024;
/** Aliases may repeat a node many times over. */
const MAX_NODES = 20_000;
const MAX_DEPTH = 50;

/** How much of a document is read. */
export interface YamlLimits {
  /** UTF-16 units. */
  readonly length: number;
  readonly nodes: number;
}

const LIMITS: YamlLimits = { length: MAX_LENGTH, nodes: MAX_NODES };

interface Walk {
  readonly yaml: typeof import("yaml");
  readonly document: Document;
  readonly locate: Locate;
  readonly most: number;
  nodes: number;
}

/** The document of a YAML text as a node; undefined when it is empty. Throws CONFIG_INVALID with every fault. */
export async function yamlNode(
  file: string,
  text: string,
  limits: YamlLimits = LIMITS,
): Promise<ConfigNode | undefined> {
  const locate = locator(file, text);
  if (text.length > limits.length) {
    throw new OciasmError("CONFIG_INVALID", `${file} is larger than ${limits.length / 2 ** 20} Mi characters`);
  }
  const yaml = await import("yaml");
  const document = yaml.parseDocument(text, { version: "1.2", schema: "core", strict: true, prettyErrors: false });
  const problems = collectProblems();
  for (const { message, pos } of [...document.errors, ...document.warnings]) {
    const location = locate(pos[0], Math.max(1, pos[1] - pos[0]));
    problems.add(new OciasmError("CONFIG_INVALID", lowerFirst(message.split("\n")[0] ?? message), { location }));
  }
  problems.check();
  const root = document.contents;
  return root === null ? undefined : nodeOf(root, 0, { yaml, document, locate, most: limits.nodes, nodes: 0 });
}

function nodeOf(node: Node | null, depth: number, walk: Walk): ConfigNode {
  const { yaml, document, locate } = walk;
  const [start = 0, end = start + 1] = node?.range ?? [];
  const at = locate(start, Math.max(1, end - start));
  walk.nodes += 1;
  if (walk.nodes > walk.most || depth > MAX_DEPTH) {
    throw new OciasmError("CONFIG_INVALID", "the document is nested too deep or too large", { location: at });
  }
  if (yaml.isAlias(node)) return nodeOf(node.resolve(document) ?? null, depth + 1, walk);
  if (yaml.isSeq(node)) {
    return {
      kind: "list",
      at,
      items: node.items.map((item) => nodeOf(yaml.isNode(item) ? item : null, depth + 1, walk)),
    };
  }
  if (yaml.isMap(node)) {
    return { kind: "map", at, entries: node.items.map((pair) => entryOf(pair, depth, walk)) };
  }
  const value: unknown = yaml.isScalar(node) ? node.value : null;
  const source = yaml.isScalar(node) ? (node.source ?? "") : "";
  if (value === null || typeof value === "string" || typeof value === "number" || typeof value === "boolean") {
    return { kind: "scalar", at, value, source: typeof value === "string" ? value : source };
  }
  return { kind: "scalar", at, value: source, source };
}

function entryOf(pair: Pair, depth: number, walk: Walk): { key: string; at: ConfigNode["at"]; value: ConfigNode } {
  const { yaml } = walk;
  const key = nodeOf(yaml.isNode(pair.key) ? pair.key : null, depth + 1, walk);
  if (key.kind !== "scalar") {
    throw new OciasmError("CONFIG_INVALID", "a key must be a plain word", { location: key.at });
  }
  // A key without a value has no node: its place is the key's.
  const value: ConfigNode = yaml.isNode(pair.value)
    ? nodeOf(pair.value, depth + 1, walk)
    : { kind: "scalar", at: key.at, value: null, source: "" };
  return { key: key.source === "" ? String(key.value) : key.source, at: key.at, value };
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}

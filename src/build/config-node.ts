import type { SourceLocation } from "../errors.ts";

/** A value of a configuration file with its place: the same tree for YAML and TOML. */
export type ConfigNode = ConfigMap | ConfigList | ConfigScalar;

export interface ConfigMap {
  readonly kind: "map";
  readonly at: SourceLocation;
  readonly entries: readonly ConfigEntry[];
}

export interface ConfigEntry {
  readonly key: string;
  readonly at: SourceLocation;
  readonly value: ConfigNode;
}

export interface ConfigList {
  readonly kind: "list";
  readonly at: SourceLocation;
  readonly items: readonly ConfigNode[];
}

export interface ConfigScalar {
  readonly kind: "scalar";
  readonly at: SourceLocation;
  readonly value: string | number | boolean | null;
  /** As written: `3.10` is the number 3.1 and means the version 3.10. */
  readonly source: string;
}

/** What a message calls the node. */
export function describeNode(node: ConfigNode): string {
  if (node.kind === "map") return "a mapping";
  if (node.kind === "list") return "a list";
  return node.value === null ? "nothing" : JSON.stringify(node.value);
}

/** The plain value. */
export function plainValue(node: ConfigNode): unknown {
  if (node.kind === "scalar") return node.value;
  if (node.kind === "list") return node.items.map(plainValue);
  const record: Record<string, unknown> = Object.create(null);
  for (const { key, value } of node.entries) record[key] = plainValue(value);
  return { ...record };
}

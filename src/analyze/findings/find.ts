import type { Occurrence } from "../merge.ts";
import type { Evidence, FindingKind, Found, Part } from "./finding.ts";
import type { Fix } from "./fixes.ts";
import type { Origin } from "./origin.ts";
import { RULES } from "./rules.ts";

/** A finding as it is shown. */
export interface Finding {
  readonly kind: FindingKind;
  readonly origin: Origin;
  readonly bytes: number;
  /** Its share of the layers' blobs. */
  readonly compressed: number;
  readonly files: number;
  readonly layers: readonly number[];
  readonly packages: readonly string[];
  /** The largest. */
  readonly examples: readonly Example[];
  readonly fix: Fix;
}

export interface Example {
  readonly path: string;
  readonly layer: number;
  readonly bytes: number;
}

export interface Findings {
  readonly findings: readonly Finding[];
  /** Of all findings together, every byte once. */
  readonly reclaimable: { readonly bytes: number; readonly compressed: number };
}

const EXAMPLES = 10;

/** Runs every rule: secrets first, then by bytes. */
export function findAll(evidence: Evidence, ratios: readonly number[]): Findings {
  const found = RULES.flatMap((rule) => rule(evidence)).filter(
    ({ kind, parts }) => parts.length > 0 && (kind === "secrets" || unpacked(parts) > 0),
  );
  const findings = found
    .map((each) => summary(each, ratios))
    .sort((a, b) => rank(b) - rank(a) || b.bytes - a.bytes || (a.kind < b.kind ? -1 : 1));
  const once = new Map<Occurrence, number>();
  for (const { occurrence, bytes } of found.flatMap(({ parts }) => parts)) {
    once.set(occurrence, Math.max(bytes, once.get(occurrence) ?? 0));
  }
  const parts = [...once].map(([occurrence, bytes]) => ({ occurrence, bytes }));
  return { findings, reclaimable: { bytes: unpacked(parts), compressed: packed(parts, ratios) } };
}

function rank({ kind }: Finding): number {
  return kind === "secrets" ? 1 : 0;
}

function summary({ kind, origin, parts, packages = [], fix }: Found, ratios: readonly number[]): Finding {
  const largest = [...parts].sort(
    (a, b) => b.bytes - a.bytes || (a.occurrence.file.path < b.occurrence.file.path ? -1 : 1),
  );
  return {
    kind,
    origin,
    bytes: unpacked(parts),
    compressed: packed(parts, ratios),
    files: parts.length,
    layers: [...new Set(parts.map(({ occurrence }) => occurrence.layer))].sort((a, b) => a - b),
    packages,
    examples: largest.slice(0, EXAMPLES).map(({ occurrence, bytes }) => ({
      path: occurrence.file.path,
      layer: occurrence.layer,
      bytes,
    })),
    fix,
  };
}

function unpacked(parts: readonly Part[]): number {
  return parts.reduce((sum, { bytes }) => sum + bytes, 0);
}

function packed(parts: readonly Part[], ratios: readonly number[]): number {
  return Math.round(parts.reduce((sum, { occurrence, bytes }) => sum + bytes * (ratios[occurrence.layer] ?? 0), 0));
}

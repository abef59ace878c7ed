import { parseMarker } from "../python/marker.ts";
import { parseSpecifierSet } from "../python/specifier.ts";
import type { TomlTable } from "./toml.ts";

/** The specifier set at `requires-python`, noted as a problem when it is none. */
export function checkSpecifiers(table: TomlTable): string | undefined {
  const text = table.string("requires-python");
  if (text === undefined || parseSpecifierSet(text) !== undefined) return text;
  table.problem(`${JSON.stringify(text)} is no version specifier`, "requires-python");
  return undefined;
}

/** Notes a problem when `text` is no marker; PEP 751 forbids `extra` in a lock. */
export function checkMarker(table: TomlTable, key: string, text: string): void {
  const marker = parseMarker(text);
  if (!marker.ok) table.problem(`${JSON.stringify(text)} is no marker: ${marker.message}`, key);
}

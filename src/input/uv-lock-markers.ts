import { isOciasmError } from "../errors.ts";
import { type Marker, parseMarker } from "../python/marker.ts";
import { evaluateMarker, type MarkerEnvironment } from "../python/marker-evaluation.ts";
import type { TomlTable } from "./toml.ts";

/** Notes a problem at `key` when `text` is no marker. A lock repeats its markers thousands of times: each is read once. */
export type CheckMarker = (table: TomlTable, key: string, text: string) => void;

export function markerChecker(): CheckMarker {
  const known = new Map<string, string>();
  return (table, key, text) => {
    const message = known.get(text) ?? problemOf(text);
    known.set(text, message);
    if (message !== "") table.problem(message, key);
  };
}

/** Whether a marker means something does not depend on the values, so that any will do. */
const ANY: MarkerEnvironment = {
  implementation_name: "cpython",
  implementation_version: "3.12.0",
  os_name: "posix",
  platform_machine: "x86_64",
  platform_python_implementation: "CPython",
  platform_release: "",
  platform_system: "Linux",
  platform_version: "",
  python_full_version: "3.12.0",
  python_version: "3.12",
  sys_platform: "linux",
};

/** Empty where nothing is wrong. */
function problemOf(text: string): string {
  const marker = parseMarker(text);
  if (!marker.ok) return `${JSON.stringify(text)} is no marker: ${marker.message}`;
  if (!comparesExtras(marker.value)) return `${JSON.stringify(text)} does more with extra than compare it`;
  try {
    evaluateMarker(marker.value, ANY);
    return "";
  } catch (error) {
    if (isOciasmError(error)) return error.message;
    throw error;
  }
}

/** In uv.lock `extra` is the set of all that is active: a name is in it or is not. */
function comparesExtras(marker: Marker): boolean {
  if (marker.type !== "compare") return marker.markers.every(comparesExtras);
  const isExtra = [marker.left, marker.right].some((side) => side.type === "variable" && side.name === "extra");
  return !isExtra || marker.operator === "==" || marker.operator === "!=";
}

/** Markers at `key`, as strings or as tables `{ marker = "…" }`; what else a table says (a libc) is left aside. */
export function readMarkers(table: TomlTable, key: string, check: CheckMarker): readonly string[] {
  return table.items(key).flatMap((item) => {
    if (typeof item === "string") {
      check(table, key, item);
      return [item];
    }
    item.demand("marker");
    const text = item.string("marker");
    if (text === undefined) return [];
    check(item, "marker", text);
    return [text];
  });
}

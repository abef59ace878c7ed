import { compareText } from "../python/digits.ts";

/** Where one package is needed on one machine. */
export interface Presence {
  /** By the project without any extra or group. */
  readonly bare: boolean;
  readonly extras: readonly string[];
  readonly groups: readonly string[];
}

/**
 * The marker of a package, or undefined when it is always needed. `presence` says for each machine where it is,
 * `machines` which extras and groups there are. Unless it is the only entry of its name, it does not hold for an extra
 * or group that replaces it.
 */
export function presenceMarker(
  presence: ReadonlyMap<string, Presence>,
  machines: ReadonlyMap<string, Omit<Presence, "bare">>,
  alone: boolean,
): string | undefined {
  const byText = new Map<string, string[]>();
  for (const [machine, all] of machines) {
    const here = presence.get(machine);
    if (here === undefined) continue;
    const text = contextMarker(here, all, alone);
    byText.set(text, [...(byText.get(text) ?? []), machine]);
  }
  const alternatives = [...byText].map(([text, names]) => {
    const where = names.length === machines.size ? "" : names.sort(compareText).map(machineIs).join(" or ");
    return both(where, text);
  });
  const [only] = alternatives;
  if (only !== undefined && alternatives.length === 1) return only === "" ? undefined : only;
  return alternatives.map((one) => `(${one})`).join(" or ");
}

function contextMarker(here: Presence, all: Omit<Presence, "bare">, alone: boolean): string {
  if (!here.bare) return [...here.extras.map(extraIs), ...here.groups.map(groupIs)].join(" or ");
  if (alone) return "";
  const without = [
    ...all.extras.filter((name) => !here.extras.includes(name)).map((name) => `"${name}" not in extras`),
    ...all.groups.filter((name) => !here.groups.includes(name)).map((name) => `"${name}" not in dependency_groups`),
  ];
  return without.join(" and ");
}

function both(a: string, b: string): string {
  if (a === "" || b === "") return a + b;
  return `${grouped(a)} and ${grouped(b)}`;
}

function grouped(marker: string): string {
  return marker.includes(" or ") ? `(${marker})` : marker;
}

const machineIs = (name: string): string => `platform_machine == "${name}"`;
const extraIs = (name: string): string => `"${name}" in extras`;
const groupIs = (name: string): string => `"${name}" in dependency_groups`;

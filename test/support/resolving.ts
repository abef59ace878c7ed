import { isOciasmError, type OciasmError } from "../../src/errors.ts";
import type { RequirementsInput } from "../../src/input/request.ts";
import type { Catalog } from "../../src/resolve/catalog.ts";
import type { SelectChoice } from "../../src/resolve/choice.ts";
import { type ResolveOptions, resolveOptions } from "../../src/resolve/offer/options.ts";
import type { ResolvedSet } from "../../src/resolve/resolution.ts";
import { resolveRequirements } from "../../src/resolve/resolve.ts";
import { type MemoryIndex, memoryCatalog } from "./memory-catalog.ts";
import { request } from "./request.ts";
import { testTarget } from "./target.ts";

export interface Case {
  readonly index: MemoryIndex;
  /** One requirement a line of requirements.in. */
  readonly requires?: readonly string[];
  readonly input?: Partial<RequirementsInput>;
  readonly choice?: Partial<SelectChoice>;
  readonly options?: Partial<ResolveOptions>;
  readonly target?: Parameters<typeof testTarget>[0];
  readonly catalog?: Catalog;
}

/** Solves a small case, for CPython 3.11.2 on Debian 12 where it says nothing else. */
export function resolveCase(one: Case): Promise<ResolvedSet> {
  const input = request(one.requires ?? [], one.input);
  const choice = { extras: [], groups: [], noDefaultGroups: false, ...one.choice };
  const catalog = one.catalog ?? memoryCatalog(one.index);
  return resolveRequirements(input, choice, testTarget(one.target), catalog, resolveOptions(input, one.options));
}

/** "a 1.0, b 2.0": what a case comes to. */
export async function versionsOf(one: Case): Promise<string> {
  const { packages } = await resolveCase(one);
  return packages.map(({ name, version }) => `${name} ${version}`).join(", ");
}

/** The error that a case ends in. */
export async function refusalOf(one: Case): Promise<OciasmError> {
  const outcome = await versionsOf(one).catch((error: unknown) => error);
  if (isOciasmError(outcome)) return outcome;
  throw typeof outcome === "string" ? new Error(`solved: ${outcome}`) : outcome;
}

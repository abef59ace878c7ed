import { OciasmError, type SourceLocation } from "../../errors.ts";
import type { Asked, RequirementsInput } from "../../input/request.ts";
import { normalizeExtra } from "../../python/name.ts";
import type { SelectChoice } from "../choice.ts";
import { applyRules, atPlace, type Rules } from "./rules.ts";

/** A requirement of the user's that applies to the target, and the list that it stands in. */
export interface Chosen extends Place {
  readonly asked: Asked;
}

interface Place {
  readonly extra?: string;
  readonly group?: string;
}

/**
 * What the user asks for on the target: the requirements, those of the chosen extras and groups, and of the project's
 * extras that one of them refers to; overrides take the place of what they override. In the order written. Throws
 * INPUT_INVALID for an extra or group that does not exist.
 */
export function chosenRequirements(input: RequirementsInput, choice: SelectChoice, rules: Rules): readonly Chosen[] {
  checkChoice(input, choice);
  const groups = new Set(
    [...(choice.noDefaultGroups ? [] : input.defaultGroups), ...choice.groups].map(normalizeExtra),
  );
  const extras = new Set((choice.allExtras === true ? Object.keys(input.extras) : choice.extras).map(normalizeExtra));
  const lists: (readonly [Place, readonly Asked[]])[] = [
    [{}, input.requirements],
    ...[...extras].map((extra) => [{ extra }, input.extras[extra] ?? []] as const),
    ...[...groups].map((group) => [{ group }, input.groups[group] ?? []] as const),
  ];
  const chosen: Chosen[] = [];
  for (let list = lists.shift(); list !== undefined; list = lists.shift()) {
    const [place, all] = list;
    for (const asked of all) {
      for (const applied of appliedAsked(asked, place, rules)) {
        if (applied.requirement.name !== input.project) chosen.push({ asked: applied, ...place });
        else lists.push(...ownExtras(applied, input, extras));
      }
    }
  }
  return chosen;
}

function appliedAsked(asked: Asked, place: Place, rules: Rules): readonly Asked[] {
  const needed = atPlace(asked, () => applyRules(asked.requirement, place.extra ?? "", rules));
  return needed.map(({ override }) => override ?? asked);
}

/** What `project[extra]` among the project's own requirements stands for. */
function ownExtras(
  asked: Asked,
  input: RequirementsInput,
  seen: Set<string>,
): readonly (readonly [Place, readonly Asked[]])[] {
  const fresh = asked.requirement.extras.filter((extra) => !seen.has(extra));
  return fresh.map((extra) => {
    seen.add(extra);
    const list = Object.hasOwn(input.extras, extra) ? input.extras[extra] : undefined;
    if (list === undefined) throw unknown("extra", extra, Object.keys(input.extras), input.file, asked.location);
    return [{ extra }, list] as const;
  });
}

function checkChoice(input: RequirementsInput, choice: SelectChoice): void {
  const check = (what: string, asked: readonly string[], known: readonly string[]) => {
    const missing = asked.find((name) => !known.includes(normalizeExtra(name)));
    if (missing !== undefined) throw unknown(what, missing, known, input.file);
  };
  check("extra", choice.extras, Object.keys(input.extras));
  // A default group needs no entry among the groups.
  check("group", choice.groups, [...Object.keys(input.groups), ...input.defaultGroups]);
}

function unknown(
  what: string,
  name: string,
  known: readonly string[],
  file: string,
  location?: SourceLocation,
): OciasmError {
  const listed = [...new Set(known)].sort().join(", ");
  const hint = listed === "" ? `add it to ${file}, or leave --${what} out` : `it has ${listed}`;
  return new OciasmError("INPUT_INVALID", `${file} has no ${what} ${name}`, { hint, location });
}

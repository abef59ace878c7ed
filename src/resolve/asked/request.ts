import { OciasmError } from "../../errors.ts";
import { directKind, withoutCredentials } from "../../input/direct.ts";
import type { Asked, RequirementsInput } from "../../input/request.ts";
import type { SelectChoice } from "../choice.ts";
import { byRequirementName } from "./by-name.ts";
import { type Chosen, chosenRequirements } from "./chosen.ts";
import type { Rules } from "./rules.ts";
import { applicableSources, type Sources } from "./sources.ts";
import { isNamedBy, refuseSource, sameUrl, type UrlPin, urlPin } from "./url-pins.ts";

/** All that the user asks for on one target. */
export interface Request {
  readonly chosen: readonly Asked[];
  readonly rules: Rules;
  readonly sources: Sources;
  /** Packages that are one wheel by URL, by name. */
  readonly pins: ReadonlyMap<string, UrlPin>;
  /** Names that the user asks for, or bounds, and all that is said of each. */
  readonly said: ReadonlyMap<string, readonly Asked[]>;
}

/** Throws INPUT_INVALID and INPUT_UNSUPPORTED with the place of what can't be met on any index. */
export function readRequest(
  input: RequirementsInput,
  choice: SelectChoice,
  rules: Rules,
  built: ReadonlyMap<string, UrlPin>,
): Request {
  const chosen = chosenRequirements(input, choice, rules);
  const sources = applicableSources(input, chosen, rules.environment);
  const constraints = [...rules.constraints.values()].flat();
  const bounds = constraints.filter(({ requirement: { url } }) => url === undefined || directKind(url) === "wheel");
  const all = [...chosen.map(({ asked }) => asked), ...bounds, ...[...rules.overrides.values()].flat()];
  return {
    chosen: chosen.map(({ asked }) => asked),
    rules,
    sources,
    pins: readPins(chosen, all, { sources, built, file: input.file }),
    said: byRequirementName(new Set(all)),
  };
}

interface Places {
  readonly sources: Sources;
  /** What was built of other things than wheels that the user names. */
  readonly built: ReadonlyMap<string, UrlPin>;
  readonly file: string;
}

function readPins(
  chosen: readonly Chosen[],
  all: readonly Asked[],
  { sources, built, file }: Places,
): ReadonlyMap<string, UrlPin> {
  const pins = new Map(built);
  for (const { asked } of chosen) {
    if (asked.requirement.url !== undefined || built.has(asked.requirement.name)) continue;
    const url = sourceUrl(asked, sources);
    if (url !== undefined) addPin(pins, urlPin(asked, url, file));
  }
  for (const asked of all) {
    const { name, url } = asked.requirement;
    const known = built.get(name);
    if (url === undefined || (known !== undefined && isNamedBy(known, url))) continue;
    if (known !== undefined) throw twoPlaces(known, url, asked);
    addPin(pins, urlPin(asked, url, asked.location.file));
  }
  return pins;
}

function twoPlaces({ name, file, named = file.url }: UrlPin, url: string, { location }: Asked): OciasmError {
  const message = `${name} is asked for from ${withoutCredentials(named)} and from ${withoutCredentials(url)}`;
  return new OciasmError("INPUT_INVALID", message, { hint: "keep one of them", location });
}

function sourceUrl(asked: Asked, sources: Sources): string | undefined {
  const source = sources.get(asked.requirement.name);
  if (source === undefined || source.from.kind === "index") return undefined;
  if (source.from.kind === "url") return source.from.url;
  if (source.from.kind === "path" && source.from.path.endsWith(".whl")) return source.from.path;
  throw refuseSource(source);
}

function addPin(pins: Map<string, UrlPin>, pin: UrlPin): void {
  const other = pins.get(pin.name);
  if (other === undefined) {
    pins.set(pin.name, pin);
    return;
  }
  const hashes = new Set([other.file.sha256, pin.file.sha256].filter((hash) => hash !== undefined));
  if (sameUrl(other.file.url, pin.file.url) && hashes.size < 2) {
    if (other.file.sha256 === undefined) pins.set(pin.name, pin);
    return;
  }
  const first = other.asked === undefined ? "" : ` (${other.asked.location.file}:${other.asked.location.line})`;
  throw new OciasmError(
    "INPUT_INVALID",
    `${pin.name} is asked for as two files: ${other.file.filename}${first} and ${pin.file.filename}`,
    {
      hint: "keep one of them, or give them markers of which one holds",
      location: pin.asked?.location,
    },
  );
}

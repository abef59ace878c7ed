import { compareVersions, formatVersion } from "../../python/version.ts";
import { orDropIn } from "../drop-ins.ts";
import type { External } from "../pubgrub/solver-types.ts";
import type { Cause, Wanted } from "./package.ts";
import type { Projects } from "./projects.ts";

type Unavailable = Extract<External<Wanted, Cause>, { readonly kind: "unavailable" }>;

/** So many of the newest versions are listed. */
const MAX_LISTED = 5;

const buildWheel = (name: string): string =>
  orDropIn(name, `build a wheel, e.g. by \`pip wheel --no-deps ${name}\`, and name its folder by --find-links`);

const REMEDIES: readonly (readonly [reason: RegExp, remedy: (name: string) => string])[] = [
  [/^is in no index/, (name) => `check how ${name} is spelled, and which indexes are asked`],
  [/^is not in the index/, (name) => `check the source of ${name}`],
  [/^needs Python/, () => "choose another Python with --python or --base"],
  [/^is a pre-release/, () => "let pre-releases in: --prerelease if-necessary"],
  [/^has no wheel, only sources/, buildWheel],
  [/^has no wheel that fits .*and its sources need a compiler$/, buildWheel],
  [/^has no wheel/, () => "choose another --python, --base or --platform"],
  [/^was yanked/, (name) => `pin that version of ${name} by == to have it all the same`],
];

/** One thing to do about a failed resolution, told from the first fact of its proof that has a remedy. */
export function wayOut(facts: readonly External<Wanted, Cause>[], projects: Projects): string {
  const unavailable = facts.filter((fact) => fact.kind === "unavailable");
  for (const { package: about, reason } of unavailable) {
    const remedy = REMEDIES.find(([pattern]) => reason !== undefined && pattern.test(reason));
    if (remedy !== undefined) return remedy[1](about.project);
  }
  const listed = new Set(unavailable.flatMap((fact) => existing(fact, projects) ?? []));
  const [only] = listed;
  return only !== undefined && listed.size === 1 ? only : "loosen one of the requirements that are named here";
}

function existing({ package: about, reason }: Unavailable, projects: Projects): string | undefined {
  if (about.extra !== undefined) return undefined;
  const name = about.project;
  const versions = projects.known(name)?.releases.map(({ version }) => version) ?? [];
  if (reason !== undefined || versions.length === 0) return undefined;
  const newest = [...versions].sort((a, b) => compareVersions(b, a)).slice(0, MAX_LISTED);
  const more = versions.length > newest.length ? `, … (${versions.length} in all)` : "";
  return `there is ${name} ${newest.map(formatVersion).join(", ")}${more}`;
}

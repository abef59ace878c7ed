import { withoutCredentials } from "../input/direct.ts";
import type { Asked, RequirementsInput } from "../input/request.ts";
import { canonicalJson } from "../oci/json.ts";
import { compareText } from "../python/digits.ts";
import { formatRequirement } from "../python/requirement.ts";
import { formatSpecifierSet } from "../python/specifier.ts";

/**
 * All that a resolution follows from in a request, as one text: two requests with the same text come to the same. Places
 * in files, logins and the paths of this host are not in it. Its hash tells whether a lock is up to date.
 */
export function inputsText(request: RequirementsInput): string {
  const { requirements, extras, groups, defaultGroups, constraints, overrides, excludes } = request;
  const { sources, indexes, options, resolution, requiresPython, environments, project } = request;
  const lists = (all: RequirementsInput["extras"]) =>
    Object.fromEntries(Object.entries(all).map(([name, list]) => [name, askedTexts(list)]));
  return canonicalJson({
    requirements: askedTexts(requirements),
    extras: lists(extras),
    groups: lists(groups),
    defaultGroups: [...defaultGroups].sort(compareText),
    constraints: askedTexts(constraints),
    overrides: askedTexts(overrides),
    excludes: [...excludes].sort(compareText),
    sources: sources.map(({ location: _location, from, ...source }) => ({ ...source, from: plainSource(from) })),
    indexes: indexes.map((index) => ({ ...index, url: plainUrl(index.url) })),
    options: { pre: options.pre, noBinary: options.noBinary },
    resolution: { ...resolution },
    requiresPython: requiresPython ?? null,
    environments: environments ?? null,
    project: project ?? null,
  });
}

function askedTexts(list: readonly Asked[]): readonly string[] {
  const texts = list.map(({ requirement, anyOf = [], sha256 }) => {
    const { url, ...others } = requirement;
    const bare = formatRequirement(url === undefined ? requirement : { ...others, url: plainUrl(url) });
    return [bare, ...anyOf.map(formatSpecifierSet), ...sha256].join(" | ");
  });
  return [...new Set(texts)].sort(compareText);
}

function plainSource(from: RequirementsInput["sources"][number]["from"]): Readonly<Record<string, unknown>> {
  if ("url" in from) return { ...from, url: plainUrl(from.url) };
  return "path" in from ? { ...from, path: plainUrl(from.path) } : { ...from };
}

/** A path of this host is known by its last part: the checkout may lie elsewhere. */
function plainUrl(url: string): string {
  const isRemote = /^(?:[a-z]+\+)?https?:|^(?:git|ssh)/i.test(url);
  return isRemote ? withoutCredentials(url) : url.slice(url.lastIndexOf("/") + 1);
}

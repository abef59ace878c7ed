import { directKind, fileUrl, fragmentOf, isUrl, withoutFragment } from "../../input/direct.ts";
import type { Asked, PackageSource, RequirementsInput } from "../../input/request.ts";
import type { SelectChoice } from "../choice.ts";
import { chosenRequirements } from "./chosen.ts";
import type { Rules } from "./rules.ts";
import { applicableSources } from "./sources.ts";

/** What somebody names in the place of a wheel. */
export type NamedSource =
  /** Absolute. */
  | { readonly kind: "folder"; readonly path: string }
  /** An http(s): or file: URL. */
  | { readonly kind: "archive"; readonly url: string; readonly sha256?: string; readonly subdirectory?: string }
  /** `rev` is a commit, a branch or a tag; without it the default branch is meant. */
  | { readonly kind: "git"; readonly url: string; readonly rev?: string; readonly subdirectory?: string }
  /** Of the workspace that this file belongs to. */
  | { readonly kind: "member"; readonly file: string };

/** A package that is to be built of what is named. */
export interface SourceAsk {
  /** Normalised. */
  readonly name: string;
  readonly from: NamedSource;
  /** The requirement's URL; absent for a source that stands elsewhere. */
  readonly named?: string;
  readonly asked: Asked;
}

/** What the user names on the target that is no wheel, each package once. */
export function sourceAsks(input: RequirementsInput, choice: SelectChoice, rules: Rules): readonly SourceAsk[] {
  const chosen = chosenRequirements(input, choice, rules);
  const sources = applicableSources(input, chosen, rules.environment);
  const found = new Map<string, SourceAsk>();
  for (const asked of [...chosen.map((one) => one.asked), ...[...rules.overrides.values()].flat()]) {
    const ask = sourceAsk(asked, sources.get(asked.requirement.name));
    if (ask !== undefined && !found.has(ask.name)) found.set(ask.name, ask);
  }
  return [...found.values()];
}

/** What a requirement names by its URL, or else by its package's source; undefined for wheels and what an index has. */
export function sourceAsk(asked: Asked, source: PackageSource | undefined): SourceAsk | undefined {
  const { name, url } = asked.requirement;
  if (url !== undefined) {
    const from = namedByUrl(url, asked.sha256);
    return from === undefined ? undefined : { name, from, named: url, asked };
  }
  const from = source === undefined ? undefined : namedBySource(source);
  return from === undefined ? undefined : { name, from, asked };
}

function namedByUrl(url: string, hashes: readonly string[]): NamedSource | undefined {
  const bare = withoutFragment(url);
  const fragment = fragmentOf(url);
  const subdirectory = fragment.get("subdirectory");
  const within = subdirectory === undefined ? {} : { subdirectory };
  switch (directKind(url)) {
    case "sdist": {
      const sha256 = fragment.get("sha256")?.toLowerCase() ?? (hashes.length === 1 ? hashes[0] : undefined);
      return { kind: "archive", url: bare, ...(sha256 === undefined ? {} : { sha256 }), ...within };
    }
    case "vcs":
      return namedRepository(bare, within);
    case "directory": {
      const path = pathOf(bare);
      return path === undefined ? undefined : { kind: "folder", path };
    }
    case "wheel":
    case "unknown-scheme":
      return undefined;
  }
}

/** `git+https://HOST/PATH@REV`. */
function namedRepository(text: string, within: { readonly subdirectory?: string }): NamedSource | undefined {
  const [, host, path = "", rev] = /^git\+(https:\/\/[^/]+)(\/[^@]*)(?:@(.+))?$/i.exec(text) ?? [];
  return host === undefined
    ? undefined
    : { kind: "git", url: `${host}${path}`, ...(rev === undefined ? {} : { rev }), ...within };
}

function namedBySource({ from, location }: PackageSource): NamedSource | undefined {
  switch (from.kind) {
    case "index":
      return undefined;
    case "workspace":
      return { kind: "member", file: location.file };
    case "url":
      return namedByUrl(from.url, []);
    case "git": {
      const { kind, rev, subdirectory } = from;
      const url = from.url.replace(/^git\+/, "");
      const within = subdirectory === undefined ? {} : { subdirectory };
      return /^https:/i.test(url) ? { kind, url, ...(rev === undefined ? {} : { rev }), ...within } : undefined;
    }
    case "path": {
      const kind = directKind(from.path);
      if (kind === "sdist")
        return { kind: "archive", url: isUrl(from.path) ? from.path : fileUrl(from.path, location.file) };
      return kind === "directory" ? { kind: "folder", path: from.path } : undefined;
    }
  }
}

/** The path of a file: URL. */
function pathOf(url: string): string | undefined {
  const encoded = /^file:\/\/(?:localhost)?(\/.*?)\/*$/i.exec(url)?.[1];
  try {
    return encoded === undefined ? undefined : decodeURIComponent(encoded).replace(/^\/([a-z]:)/i, "$1");
  } catch {
    return undefined;
  }
}

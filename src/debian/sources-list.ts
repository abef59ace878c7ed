import { parseControl, type Stanza } from "./control.ts";

/** One archive and suite that apt was told of. */
export interface AptSource {
  /** Without a trailing slash. */
  readonly uri: string;
  readonly suite: string;
  readonly components: readonly string[];
  /** Empty: any. */
  readonly architectures: readonly string[];
}

/** A file of apt's: its name tells the format (sources.list(5)). */
export interface SourcesText {
  readonly name: string;
  readonly text: string;
}

/**
 * Every enabled binary source, in apt's order of files: `sources.list`, then by name. `*.list` holds one line each,
 * `*.sources` deb822 paragraphs. What can't be read is passed over: it is the host's, not the user's input.
 */
export function parseSourcesLists(files: readonly SourcesText[]): AptSource[] {
  return files.flatMap(({ name, text }) => (name.endsWith(".sources") ? deb822(text) : oneLine(text)));
}

/** Sources of `suite` for an architecture that carry `main` over http(s) or from disk. */
export function sourcesFor(sources: readonly AptSource[], suite: string, architecture: string): AptSource[] {
  return sources.filter(
    (source) =>
      source.suite === suite &&
      source.components.includes("main") &&
      (source.architectures.length === 0 || source.architectures.includes(architecture)),
  );
}

function oneLine(text: string): AptSource[] {
  return text.split("\n").flatMap((line) => {
    const match = /^\s*deb\s+(?:\[([^\]]*)\]\s+)?(\S+)\s+(\S+)\s*([^#]*)/.exec(line);
    const [, options = "", uri, suite, components = ""] = match ?? [];
    if (uri === undefined || suite === undefined) return [];
    const architectures = /(?:^|\s)arch=(\S+)/.exec(options)?.[1]?.split(",") ?? [];
    return usable(uri, suite, words(components), architectures);
  });
}

function deb822(text: string): AptSource[] {
  let paragraphs: readonly Stanza[];
  try {
    paragraphs = parseControl(text);
  } catch {
    return [];
  }
  return paragraphs.flatMap((fields) => {
    const field = (name: string): string[] => words(fields.get(name) ?? "");
    if (!field("types").includes("deb") || /^(?:no|false|0|off)$/i.test(fields.get("enabled") ?? "yes")) return [];
    return field("uris").flatMap((uri) =>
      field("suites").flatMap((suite) => usable(uri, suite, field("components"), field("architectures"))),
    );
  });
}

/** A suite that ends in a slash is a flat archive without components: not one of Debian's. */
function usable(
  uri: string,
  suite: string,
  components: readonly string[],
  architectures: readonly string[],
): AptSource[] {
  if (!/^https?:\/\//.test(uri) || suite.endsWith("/")) return [];
  return [{ uri: uri.replace(/\/+$/, ""), suite, components, architectures }];
}

function words(text: string): string[] {
  return text.split(/\s+/).filter((word) => word !== "");
}

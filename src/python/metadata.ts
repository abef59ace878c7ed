import { parseHeaders } from "./headers.ts";
import { isValidName, normalizeExtra } from "./name.ts";
import { type Parsed, parsed, problem } from "./parsed.ts";
import { parseVersion } from "./version.ts";
import { strip } from "./whitespace.ts";

/** Core metadata of a distribution, as METADATA and an index's sidecar hold it. Texts are as written, trimmed. */
export interface Metadata {
  readonly metadataVersion: string;
  /** As written; `normalizeName` makes it comparable. */
  readonly name: string;
  readonly version: string;
  readonly summary?: string;
  readonly license?: string;
  /** SPDX (PEP 639). */
  readonly licenseExpression?: string;
  readonly licenseFiles: readonly string[];
  readonly author?: string;
  readonly authorEmail?: string;
  readonly maintainer?: string;
  readonly maintainerEmail?: string;
  readonly homePage?: string;
  /** "label, URL". */
  readonly projectUrls: readonly string[];
  readonly classifiers: readonly string[];
  readonly requiresPython?: string;
  readonly requiresDist: readonly string[];
  /** Normalised, each once. */
  readonly providesExtra: readonly string[];
  /** Names of fields that an sdist leaves open (PEP 643), in lower case. */
  readonly dynamic: readonly string[];
  /** What a person should hear: fields that make no sense but hurt nobody. */
  readonly warnings: readonly string[];
}

/**
 * Reads METADATA or PKG-INFO. A problem only where Name or Version is missing or wrong, or the metadata is of a major
 * version to come; a newer minor is read. The description is left out.
 */
export function parseMetadata(text: string): Parsed<Metadata> {
  const headers = parseHeaders(text);
  if (headers === undefined) return problem("too large for metadata");
  const one = (field: string) => {
    const value = strip(headers.first(field) ?? "");
    return value === "" || value === "UNKNOWN" ? undefined : value;
  };
  const all = (field: string) =>
    headers
      .all(field)
      .map(strip)
      .filter((value) => value !== "");
  const [metadataVersion = "1.0", name, version] = [one("Metadata-Version"), one("Name"), one("Version")];
  if (name === undefined || !isValidName(name)) return problem(`no valid Name: ${JSON.stringify(name ?? "")}`);
  if (version === undefined || parseVersion(version) === undefined) {
    return problem(`no valid Version: ${JSON.stringify(version ?? "")}`);
  }
  if (!/^[12](?:\.[0-9]+)*$/.test(metadataVersion))
    return problem(`Metadata-Version ${metadataVersion} is not supported`);
  const texts = {
    summary: one("Summary"),
    license: one("License"),
    licenseExpression: one("License-Expression"),
    author: one("Author"),
    authorEmail: one("Author-email"),
    maintainer: one("Maintainer"),
    maintainerEmail: one("Maintainer-email"),
    homePage: one("Home-page"),
    requiresPython: one("Requires-Python"),
  };
  return parsed({
    metadataVersion,
    name,
    version,
    ...present(texts),
    licenseFiles: all("License-File"),
    projectUrls: all("Project-URL"),
    classifiers: all("Classifier"),
    requiresDist: all("Requires-Dist"),
    providesExtra: [...new Set(all("Provides-Extra").map(normalizeExtra))],
    dynamic: all("Dynamic").map((field) => field.toLowerCase()),
    warnings: headers.warnings,
  });
}

function present<K extends string>(texts: Readonly<Record<K, string | undefined>>): { readonly [key in K]?: string } {
  const entries = Object.entries(texts).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as { readonly [key in K]?: string };
}

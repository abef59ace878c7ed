import type { AptSource } from "../debian/sources-list.ts";
import { sourcesFor } from "../debian/sources-list.ts";
import { OciasmError } from "../errors.ts";

/** A suite of an archive whose packages take part. */
export interface DebArchive {
  /** http(s) URL, without a trailing slash. */
  readonly url: string;
  readonly suite: string;
  /** May be absent from the server: `-updates` and `-security` of a mirror that somebody named. */
  readonly optional: boolean;
  /** A state of the past: never expires, never changes. */
  readonly snapshot: boolean;
}

export interface ArchiveChoice {
  readonly suite: string;
  readonly architecture: string;
  readonly mirror: string | undefined;
  readonly snapshot: string | undefined;
  /** This host's apt sources. */
  readonly apt: readonly AptSource[];
  /** Names of Debian's suites, by which its own archives are known among apt's sources. */
  readonly suites: readonly string[];
  /** The archive itself has the security fixes, as Ubuntu's does. */
  readonly securityBeside?: boolean;
}

const SNAPSHOT_PLACE = "@SNAPSHOTID@";

/**
 * Where the suite, its updates and its security fixes come from: the mirror that was named, with its `-security`
 * sibling (or the pocket beside it), else apt's own sources. Throws MIRROR_ERROR when there is neither, USAGE for a timestamp of no known form.
 */
export function debArchives(choice: ArchiveChoice): DebArchive[] {
  const found = choice.mirror === undefined ? fromApt(choice) : fromMirror(choice.mirror, choice);
  if (found.length > 0) return found;
  throw new OciasmError(
    "MIRROR_ERROR",
    `no mirror for deb:${choice.suite} ${choice.architecture} in this host's apt sources`,
    {
      hint:
        choice.securityBeside === true
          ? "name a mirror of Ubuntu with --deb-mirror URL, or an image that has this Python with --base"
          : "name one with --deb-mirror URL",
    },
  );
}

/** `20260901`, `20260901T120000Z` or RFC 3339 as snapshot services write it: `20260901T120000Z`. Throws USAGE. */
export function snapshotId(timestamp: string): string {
  const match = /^(\d{4})-?(\d{2})-?(\d{2})(?:[T ](\d{2}):?(\d{2}):?(\d{2})(?:\.\d+)?Z)?$/.exec(timestamp);
  if (match === null) {
    throw new OciasmError("USAGE", `not a snapshot's timestamp: ${JSON.stringify(timestamp)}`, {
      hint: "write it like 20260901T120000Z",
    });
  }
  const [, year, month, day, hour = "00", minute = "00", second = "00"] = match;
  return `${year}${month}${day}T${hour}${minute}${second}Z`;
}

function fromMirror(mirror: string, choice: ArchiveChoice): DebArchive[] {
  if (!/^https?:\/\/[^/]/.test(mirror)) {
    throw new OciasmError("USAGE", `not an http URL: ${mirror}`, {
      hint: "name a mirror like http://mirror.example/debian",
    });
  }
  const id = choice.snapshot === undefined ? undefined : snapshotId(choice.snapshot);
  const plain = mirror.replace(/\/+$/, "");
  if (id === undefined && plain.includes(SNAPSHOT_PLACE)) {
    throw new OciasmError("USAGE", `${SNAPSHOT_PLACE} in the mirror needs a timestamp`, {
      hint: "add --snapshot TIMESTAMP",
    });
  }
  const place = id === undefined ? "" : `/${SNAPSHOT_PLACE}`;
  const main = plain.includes(SNAPSHOT_PLACE) ? plain : plain + place;
  const [, folder = "", rest = ""] = /^(.*?)((?:\/@SNAPSHOTID@.*)?)$/.exec(main) ?? [];
  // A URL of a host alone has no sibling: that would be another host.
  const sibling = `${folder}${/^https?:\/\/[^/]+$/.test(folder) ? "/debian" : ""}-security${rest}`;
  const security = choice.securityBeside === true ? main : sibling;
  const at = (url: string, suite: string, optional: boolean): DebArchive => ({
    url: url.replaceAll(SNAPSHOT_PLACE, id ?? ""),
    suite,
    optional,
    snapshot: id !== undefined,
  });
  const { suite } = choice;
  return [at(main, suite, false), at(main, `${suite}-updates`, true), at(security, `${suite}-security`, true)];
}

function fromApt(choice: ArchiveChoice): DebArchive[] {
  if (choice.snapshot !== undefined) {
    throw new OciasmError("MIRROR_ERROR", "a snapshot needs a mirror that keeps them", {
      hint: "name it with --deb-mirror URL",
    });
  }
  const { suite, architecture, apt } = choice;
  const own = sourcesFor(apt, suite, architecture);
  if (own.length === 0) return fromSiblings(choice);
  const more = ["updates", "security"].flatMap((pocket) => sourcesFor(apt, `${suite}-${pocket}`, architecture));
  return unique(
    [...own, ...more].map((source) => ({ url: source.uri, suite: source.suite, optional: false, snapshot: false })),
  );
}

/** A host that runs another suite of Debian: its mirrors have this one too. */
function fromSiblings(choice: ArchiveChoice): DebArchive[] {
  const { suite, apt } = choice;
  const pocket = (name: string): string[] =>
    apt
      .filter(
        (source) => choice.suites.some((known) => source.suite === known + name) && source.components.includes("main"),
      )
      .map((source) => source.uri);
  const [main] = pocket("");
  if (main === undefined) return [];
  const [security] = pocket("-security");
  return unique([
    { url: main, suite, optional: false, snapshot: false },
    { url: main, suite: `${suite}-updates`, optional: true, snapshot: false },
    ...(security === undefined ? [] : [{ url: security, suite: `${suite}-security`, optional: true, snapshot: false }]),
  ]);
}

function unique(archives: readonly DebArchive[]): DebArchive[] {
  return archives.filter(
    (archive, at) => archives.findIndex((other) => other.url === archive.url && other.suite === archive.suite) === at,
  );
}

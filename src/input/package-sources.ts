import type { DistributionFile } from "../resolve/lock.ts";
import { fileNameOf, fileUrl, fragmentOf, isUrl, withoutCredentials, withoutFragment } from "./direct.ts";

/** Sources that a wheel can be built of, where builds are allowed. */
export type PackageSources =
  /** From the lock's folder, or absolute. */
  { readonly kind: "folder"; readonly path: string } | ArchiveSources | GitSources;

export interface ArchiveSources {
  readonly kind: "archive";
  /** Its sha256 is known. */
  readonly file: DistributionFile & { readonly sha256: string };
  /** Folder of the archive that holds the project. */
  readonly subdirectory?: string;
}

export interface GitSources {
  readonly kind: "git";
  /** https: URL of the repository, without credentials. */
  readonly url: string;
  /** 40 hex digits. */
  readonly commit: string;
  /** The branch, tag or commit that was asked for; undefined for the default branch, and where nobody says. */
  readonly revision?: string;
  readonly subdirectory?: string;
}

/** An archive at a URL or path (relative to `lockFile`); undefined where nobody says which bytes it has. */
export function archiveSources(
  target: string,
  sha256: string | undefined,
  lockFile: string,
  subdirectory?: string,
): ArchiveSources | undefined {
  const bare = withoutFragment(target);
  const folder = subdirectory ?? fragmentOf(target).get("subdirectory");
  if (sha256 === undefined) return undefined;
  const url = isUrl(bare) ? bare : fileUrl(bare, lockFile);
  return { kind: "archive", file: { filename: fileNameOf(bare), url, sha256 }, ...within(folder) };
}

/** A repository at one commit; undefined for a branch or tag, and for what is not reached by https. */
export function gitSources(
  url: string,
  commit: string | undefined,
  {
    subdirectory,
    revision,
  }: { readonly subdirectory?: string | undefined; readonly revision?: string | undefined } = {},
): GitSources | undefined {
  const bare = withoutCredentials(
    withoutFragment(url)
      .replace(/^git\+/, "")
      .replace(/\?.*$/s, ""),
  );
  if (!/^https:/i.test(bare) || commit === undefined || !/^[0-9a-f]{40}$/i.test(commit)) return undefined;
  const asked = revision === undefined ? {} : { revision };
  return { kind: "git", url: bare, commit: commit.toLowerCase(), ...asked, ...within(subdirectory) };
}

function within(subdirectory: string | undefined): { readonly subdirectory?: string } {
  const folder = subdirectory?.replace(/^(?:\.?\/)+|\/+$/g, "") ?? "";
  return folder === "" || folder === "." ? {} : { subdirectory: folder };
}

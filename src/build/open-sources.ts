import { dirname, resolve } from "node:path";
import type { PackageSources } from "../input/package-sources.ts";
import { digestOfHex } from "../oci/digest.ts";
import type { LockedWheel } from "../resolve/lock.ts";
import type { BuildDeps } from "./deps.ts";
import type { PackageIndex } from "./index-step.ts";
import type { SourceTree } from "./source-tree.ts";

/** Sources that can be named before they are read. */
export interface OpenSources {
  /** Stands for every byte of them. */
  readonly key: string;
  /** Where they come from. */
  readonly url: string;
  /** Folder in them that holds the project. */
  readonly subdirectory?: string;
  /** The version that version control gives them. */
  readonly version?: string;
  /** Text of direct_url.json (PEP 610); none for what an index has. */
  readonly directUrl?: string;
  readonly read: () => Promise<SourceTree>;
}

/** A source distribution of an index. */
export function openSdist(sdist: LockedWheel, index: PackageIndex, deps: BuildDeps): OpenSources {
  return { key: sdist.sha256, url: sdist.url, read: () => readArchive(sdist, index, deps) };
}

/** What a lock names: a folder, which is read at once, an archive or a commit, which are fetched when they are built. */
export async function openSources(
  sources: PackageSources,
  about: { readonly name: string; readonly lockFile: string },
  index: PackageIndex,
  deps: BuildDeps,
): Promise<OpenSources> {
  const within = "subdirectory" in sources ? { subdirectory: sources.subdirectory } : {};
  switch (sources.kind) {
    case "folder":
      return openFolder(resolve(dirname(about.lockFile), sources.path), about.name, deps);
    case "archive": {
      const { file } = sources;
      const sdist = { ...file, size: file.size ?? (await index.client.sizeOf(file)) };
      const info = {
        archive_info: { hashes: { sha256: file.sha256 } },
        url: shownUrl(file.url, about.name),
        ...within,
      };
      return { ...openSdist(sdist, index, deps), ...within, directUrl: JSON.stringify(info) };
    }
    case "git": {
      const { url, commit, revision } = sources;
      const asked = revision === undefined ? {} : { requested_revision: revision };
      const info = { url, vcs_info: { commit_id: commit, ...asked, vcs: "git" }, ...within };
      const read = async (): Promise<SourceTree> =>
        (await import("./git-tree.ts")).readGitTree({ url, commit }, index, deps);
      return { key: `git ${commit}`, url, ...within, directUrl: JSON.stringify(info), read };
    }
  }
}

/** The project of a folder of this host. */
async function openFolder(folder: string, name: string, deps: BuildDeps): Promise<OpenSources> {
  const [{ readFolderTree }, { scmVersion }] = await Promise.all([
    import("./folder-tree.ts"),
    import("./scm-version.ts"),
  ]);
  const tree = await readFolderTree(folder, name, deps.signal);
  const version = await scmVersion(folder);
  const url = `file:///app/${name}`;
  const directUrl = JSON.stringify({ dir_info: {}, url });
  return { key: tree.sha256, url, directUrl, ...(version === undefined ? {} : { version }), read: async () => tree };
}

/** A path of this host says nothing inside an image. */
function shownUrl(url: string, name: string): string {
  return url.startsWith("file:") ? `file:///app/${name}` : url;
}

async function readArchive(sdist: LockedWheel, index: PackageIndex, deps: BuildDeps): Promise<SourceTree> {
  await index.fetch(sdist, deps.signal);
  const { readSourceArchive } = await import("./sdist-tree.ts");
  return readSourceArchive(deps.store.path(digestOfHex(sdist.sha256)), sdist.filename);
}

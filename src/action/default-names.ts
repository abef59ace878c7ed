import { readFile } from "node:fs/promises";
import type { Environment } from "./inputs.ts";

const REGISTRY = "ghcr.io";
const SERVER = "https://github.com";

/** What an image is called that nobody named, and images of other branches that may share its layers. */
export interface DefaultNames {
  readonly tags: readonly string[];
  readonly cacheFrom: readonly string[];
}

/**
 * The registry that belongs to the repository, tagged with the branch, the tag or `pr-NUMBER`, as docker/metadata-action
 * does by default. A branch that is new finds its layers at the branch it goes into, or at the default branch.
 * Nothing where no repository of github.com is built.
 */
export async function defaultNames(environment: Environment): Promise<DefaultNames> {
  const { GITHUB_REPOSITORY: repository, GITHUB_REF: ref = "", GITHUB_SERVER_URL: server = SERVER } = environment;
  const tag = tagOf(ref);
  if (!repository || server !== SERVER || tag === undefined) return { tags: [], cacheFrom: [] };
  const name = `${REGISTRY}/${repository.toLowerCase()}`;
  const into = environment["GITHUB_BASE_REF"] || (await defaultBranch(environment["GITHUB_EVENT_PATH"]));
  const other = into === undefined ? undefined : cleanTag(into);
  return {
    tags: [`${name}:${tag}`],
    cacheFrom: other === undefined || other === tag ? [] : [`${name}:${other}`],
  };
}

function tagOf(ref: string): string | undefined {
  const pull = /^refs\/pull\/(\d+)\//.exec(ref)?.[1];
  if (pull !== undefined) return `pr-${pull}`;
  const name = /^refs\/(?:heads|tags)\/(.+)$/.exec(ref)?.[1];
  return name === undefined ? undefined : cleanTag(name);
}

/** distribution-spec: `[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}`. */
function cleanTag(name: string): string | undefined {
  const tag = name
    .replaceAll(/[^\w.-]+/g, "-")
    .replace(/^[.-]+/, "")
    .slice(0, 128);
  return tag === "" ? undefined : tag;
}

async function defaultBranch(eventPath: string | undefined): Promise<string | undefined> {
  if (!eventPath) return undefined;
  try {
    const event = JSON.parse(await readFile(eventPath, "utf8")) as { repository?: { default_branch?: unknown } } | null;
    const branch = event?.repository?.default_branch;
    return typeof branch === "string" ? branch : undefined;
  } catch {
    return undefined;
  }
}

import { mergedPath } from "../../src/debian/merged-usr.ts";
import { run } from "../support/cli.ts";
import { readTree } from "./view.ts";

export interface ReferenceRequest {
  readonly suite: string;
  readonly mirror: string;
  /** "name=version". */
  readonly packages: readonly string[];
  /** Where the tar is written. */
  readonly tar: string;
}

/**
 * What dpkg makes of the packages, maintainer scripts and all, in a new root: by path, without the files of packages
 * that were only needed for the installation. Runs mmdebstrap as root.
 */
export async function referenceTree(request: ReferenceRequest): Promise<ReadonlyMap<string, string>> {
  const { suite, mirror, packages, tar } = request;
  const sources = ["", "-updates"].map((pocket) => `deb ${mirror} ${suite}${pocket} main`);
  const result = await run(
    "mmdebstrap",
    [
      "--quiet",
      "--mode=root",
      "--variant=essential",
      `--include=${packages.join(",")}`,
      suite,
      tar,
      ...sources,
      `deb ${mirror}-security ${suite}-security main`,
    ],
    { timeoutMs: 600_000 },
  );
  if (result.code !== 0) throw new Error(result.stderr);
  const { nodes, texts } = await readTree([tar], /^var\/lib\/dpkg\/info\/[^/]+\.list$/);
  const wanted = new Set(packages.map((item) => item.split("=")[0]));
  const others = new Set<string>();
  const own = new Set<string>();
  for (const [file, text] of texts) {
    const name = /([^/]+?)(?::[a-z0-9]+)?\.list$/.exec(file)?.[1] ?? "";
    for (const path of text.split("\n")) (wanted.has(name) ? own : others).add(mergedPath(path.slice(1)));
  }
  return new Map([...nodes].filter(([path]) => own.has(path) || !others.has(path)));
}

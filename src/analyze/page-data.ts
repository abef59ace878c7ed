import type { Analysis } from "./analysis.ts";
import { FINDING_TITLES, ORIGIN_TITLES } from "./findings/titles.ts";
import type { TreeNode } from "./folder-tree.ts";

// More rows than anybody reads, and few enough for a telephone.
const MOST_PACKAGES = 2000;

/** What the page of `analyze --html` shows; its script reads nothing else. */
export function pageData(analysis: Analysis): object {
  const { name, platform, digest, created, size, unpacked, files, reclaimable, dive } = analysis;
  return {
    name,
    platform,
    digest,
    created,
    size,
    unpacked,
    files,
    reclaimable,
    efficiency: dive.efficiency,
    layers: analysis.layers.map((layer) => ({ ...layer, diffId: undefined, mediaType: undefined })),
    packages: analysis.packages.slice(0, MOST_PACKAGES),
    findings: analysis.findings.map(({ kind, origin, ...finding }) => ({
      ...finding,
      title: `${FINDING_TITLES[kind]} ${ORIGIN_TITLES[origin]}`,
      isSecret: kind === "secrets",
    })),
    folders: analysis.tree,
    owners: ownerTree(analysis),
  };
}

const ECOSYSTEMS = [
  { ecosystem: "python", name: "Python packages", belongs: "package" },
  { ecosystem: "debian", name: "Debian packages", belongs: "system" },
  { ecosystem: "alpine", name: "Alpine packages", belongs: "system" },
] as const;

/** The same bytes by package. */
function ownerTree({ packages, unpacked, files }: Analysis): TreeNode {
  const groups = ECOSYSTEMS.map(({ ecosystem, name, belongs }): TreeNode => {
    const own = packages.filter((each) => each.ecosystem === ecosystem);
    const children = own.map((each) => ({
      name: `${each.name} ${each.version}`,
      bytes: each.bytes,
      files: each.files,
      belongs,
      children: [],
    }));
    return {
      name,
      bytes: sum(own.map(({ bytes }) => bytes)),
      files: sum(own.map((each) => each.files)),
      belongs,
      children,
    };
  }).filter(({ bytes }) => bytes > 0);
  const rest: TreeNode = {
    name: "files of no package",
    bytes: unpacked - sum(groups.map(({ bytes }) => bytes)),
    files: files - sum(groups.map((group) => group.files)),
    belongs: "other",
    children: [],
  };
  const all = [...groups, rest].filter(({ bytes }) => bytes > 0);
  return { name: "all layers", bytes: unpacked, files, belongs: "other", children: all };
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0);
}

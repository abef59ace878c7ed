import type { InputContext, InputFormat, LockInput } from "./input.ts";
import { type Locate, locator } from "./locate.ts";
import { checkSpecifiers } from "./pylock-checks.ts";
import { readToml, type TomlTable } from "./toml.ts";
import { readConflicts } from "./uv-lock-conflicts.ts";
import { uvTargets } from "./uv-lock-edges.ts";
import { markerChecker, readMarkers } from "./uv-lock-markers.ts";
import { readUvNode } from "./uv-lock-nodes.ts";
import { readUvPackage } from "./uv-lock-package.ts";
import { packagePlaces } from "./uv-lock-places.ts";
import { readUvRoots } from "./uv-lock-roots.ts";

/** The only version there is; revisions of it add keys that may be left aside. */
const VERSION = 1;

/** uv's lock of a project, a workspace or a script: version 1, any revision. */
export const uvLock: InputFormat = {
  name: "uv.lock",
  matches: (baseName) => baseName === "uv.lock" || baseName.endsWith(".py.lock"),
  parse: (text, context) => {
    const { root, problems } = readToml(context.file, text);
    checkVersion(root);
    // Another version may mean anything: its packages are not looked at.
    problems.check();
    const input = readLock(root, text, context);
    problems.check();
    return input;
  },
};

function readLock(root: TomlTable, text: string, context: InputContext): LockInput {
  const check = markerChecker();
  root.demand("requires-python");
  const requiresPython = checkSpecifiers(root);
  const tables = root.tables(root.has("package") ? "package" : "distribution");
  const locate = locator(context.file, text);
  const placeOf = packagePlaces(text, tables, locate);
  const packages = tables
    .map((table, index) => readUvPackage(table, { file: context.file, check, location: placeOf(index) }))
    .filter((item) => item !== undefined);
  const targets = uvTargets(packages);
  const nodes = packages.map((item) => readUvNode(item, targets, check));
  const manifest = root.table("manifest");
  const roots = readUvRoots(manifest, { packages, nodes, targets }, check, context);
  const forks = readMarkers(root, "resolution-markers", check);
  return {
    format: "uv.lock",
    file: context.file,
    packages: [],
    selection: { by: "graph", graph: { nodes, roots, conflicts: readConflicts(root), forks } },
    options: NO_OPTIONS,
    ...(requiresPython === undefined ? {} : { requiresPython }),
    environments: readMarkers(root, "supported-markers", check),
    defaultGroups: union(roots.map((one) => one.defaultGroups)),
    extras: union(roots.map((one) => Object.keys(one.extras))),
    groups: union(roots.map((one) => Object.keys(one.groups))),
    warnings: warnOfLogins(text, locate),
  };
}

const NO_OPTIONS: LockInput["options"] = {
  extraIndexUrls: [],
  findLinks: [],
  noIndex: false,
  trustedHosts: [],
  onlyBinary: [],
  noBinary: [],
  pre: false,
};

function checkVersion(root: TomlTable): void {
  root.demand("version");
  const version = root.integer("version");
  root.integer("revision");
  if (version === undefined || version === VERSION) return;
  const hint = "write the lock again with a uv that knows version 1";
  root.problem(`version ${version} of uv's lock is not known here, only ${VERSION} is`, "version", hint);
}

/** They are left out of every URL that is kept. */
function warnOfLogins(text: string, locate: Locate): readonly string[] {
  const login = /https?:\/\/[^\s/"'?#@]*@/i.exec(text);
  if (login === null) return [];
  const { file, line } = locate(login.index);
  return [`${file}:${line}: a URL with a login stands in the lock; it is not used: keep it in netrc, and lock again`];
}

function union(lists: readonly (readonly string[])[]): readonly string[] {
  return [...new Set(lists.flat())].sort();
}

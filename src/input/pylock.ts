import { normalizeExtra } from "../python/name.ts";
import type { InputFormat, LockInput } from "./input.ts";
import { checkMarker, checkSpecifiers } from "./pylock-checks.ts";
import { readOciasmTable } from "./pylock-ociasm.ts";
import { readPylockPackage } from "./pylock-package.ts";
import { readToml, type TomlTable } from "./toml.ts";

/** The lock file that packaging tools share: PEP 751, lock-version 1.x. */
export const pylock: InputFormat = {
  name: "pylock.toml",
  matches: (baseName) => /^pylock(?:\.[^.]+)?\.toml$/.test(baseName),
  parse: (text, context) => {
    const { root, problems } = readToml(context.file, text);
    const warnings: string[] = [];
    checkVersion(root, warnings);
    // Another major version may mean anything: its packages are not looked at.
    problems.check();
    root.demand("created-by");
    const createdBy = root.string("created-by");
    const environments = root.strings("environments");
    for (const marker of environments) checkMarker(root, "environments", marker);
    const requiresPython = checkSpecifiers(root);
    if (!root.has("packages")) root.demand("packages");
    const ociasm = readOciasmTable(root, warnings);
    const packages = root
      .tables("packages")
      .map((table) => readPylockPackage(table, { file: context.file, warnings, createdBy }))
      .filter((one) => one !== undefined)
      .map((one) => (ociasm === undefined ? one : { ...one, requested: ociasm.requested.includes(one.name) }));
    const input: LockInput = {
      format: "pylock.toml",
      file: context.file,
      packages,
      selection: { by: "sets" },
      options: NO_OPTIONS,
      ...(requiresPython === undefined ? {} : { requiresPython }),
      environments,
      defaultGroups: root.strings("default-groups").map(normalizeExtra),
      extras: root.strings("extras").map(normalizeExtra),
      groups: root.strings("dependency-groups").map(normalizeExtra),
      warnings,
      ...(ociasm === undefined ? {} : { ociasm }),
    };
    problems.check();
    return input;
  },
};

const NO_OPTIONS: LockInput["options"] = {
  extraIndexUrls: [],
  findLinks: [],
  noIndex: false,
  trustedHosts: [],
  onlyBinary: [],
  noBinary: [],
  pre: false,
};

/** PEP 751: refuse another major version, warn of a newer minor one. */
function checkVersion(root: TomlTable, warnings: string[]): void {
  const version = root.string("lock-version");
  if (version === undefined) {
    root.demand("lock-version");
    return;
  }
  const match = /^(\d+)\.(\d+)$/.exec(version);
  if (match === null) root.problem(`lock-version ${JSON.stringify(version)} is no version`, "lock-version");
  else if (match[1] !== "1") {
    const hint = "write the lock again with a tool that knows version 1.0";
    root.problem(`lock-version ${version} is not known here, only 1.0 is`, "lock-version", hint);
  } else if (match[2] !== "0") warnings.push(`lock-version ${version} is newer than 1.0: what it adds is not read`);
}

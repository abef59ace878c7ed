import { normalizeName } from "../../python/name.ts";
import type { Occurrence } from "../merge.ts";
import type { Installed } from "../owners.ts";
import { packageId } from "../packages.ts";
import type { Evidence, Found, Rule } from "./finding.ts";
import { whole } from "./finding.ts";
import { type Fix, OTHER_BASE } from "./fixes.ts";
import { originOf } from "./origin.ts";

/** One package, installed in several versions: only the first on the path is ever imported. */
export const twoVersions: Rule = (evidence) => {
  const byName = new Map<string, Installed[]>();
  for (const each of evidence.owners.installed) {
    if (each.ecosystem === "python") byName.set(each.name, [...(byName.get(each.name) ?? []), each]);
  }
  return [...byName.values()].flatMap((installed): readonly Found[] => {
    const versions = new Set(installed.map(({ version }) => version));
    if (versions.size < 2) return [];
    // The upper layer's is the one that was asked for last.
    const lower = [...installed].sort((a, b) => a.layer - b.layer).slice(0, -1);
    const owned = filesOf(lower, evidence);
    const origins = owned.map((each) => originOf(each, evidence, "python"));
    const origin = origins.includes("package") ? "package" : "base";
    const packages = installed.map(({ name, version }) => `${name}==${version}`);
    return [
      { kind: "two-versions", origin, packages, parts: owned.map(whole), fix: origin === "base" ? OTHER_BASE : ONE },
    ];
  });
};

const ONE: Fix = { config: null, advice: "install it once: the versions lie in different places" };

function filesOf(installed: readonly Installed[], { image, owners }: Evidence): readonly Occurrence[] {
  const wanted = new Set(installed.map(packageId));
  return image.all.filter((each) => {
    const owner = owners.of.get(each);
    return owner !== undefined && each.hidden === undefined && wanted.has(packageId(owner));
  });
}

const PYTHON_TOOLS = new Set(
  [
    ...["pytest", "pytest-cov", "pytest-xdist", "pytest-asyncio", "coverage", "hypothesis", "tox", "nox", "behave"],
    ...["black", "ruff", "flake8", "pylint", "isort", "autopep8", "yapf", "bandit", "pre-commit", "pycodestyle"],
    ...["mypy", "pyright", "pytype", "jupyter", "jupyterlab", "notebook", "jupyter-core", "jupyter-server"],
    ...["ipython", "ipykernel", "ipdb", "nbconvert", "sphinx", "mkdocs", "twine", "build", "poetry", "pdm", "pipenv"],
    ...["debugpy", "pydevd", "line-profiler", "memory-profiler", "py-spy", "pyinstaller"],
  ].map(normalizeName),
);
const DEBIAN_TOOLS =
  /^(gcc|g\+\+|cpp|clang|llvm)(-\d+)?(-[a-z0-9-]+)?$|^(binutils|make|cmake|build-essential|git|gdb|strace|vim|dpkg-dev|autoconf|automake|libtool|pkg-config)$|-dev$/;
// Libraries that carry a compiler's name.
const NO_TOOL = /^gcc-\d+-base$|^llvm-.*-runtime$/;

/** What is needed to write and to build a program, not to run it. */
export const developmentTools: Rule = (evidence) => {
  const python = evidence.owners.installed.filter((each) => each.ecosystem === "python" && PYTHON_TOOLS.has(each.name));
  const system = evidence.owners.installed.filter(
    (each) => each.ecosystem !== "python" && DEBIAN_TOOLS.test(each.name) && !NO_TOOL.test(each.name),
  );
  return [...found(python, "package", WITHOUT_GROUPS, evidence), ...found(system, "base", OTHER_BASE, evidence)];
};

const WITHOUT_GROUPS: Fix = {
  config: "default-groups: false",
  advice: "keep tools in a dependency group, and build without it",
};

function found(
  tools: readonly Installed[],
  origin: "package" | "base",
  fix: Fix,
  evidence: Evidence,
): readonly Found[] {
  if (tools.length === 0) return [];
  const packages = [...new Set(tools.map(({ name }) => name))].sort();
  return [{ kind: "development-tools", origin, packages, parts: filesOf(tools, evidence).map(whole), fix }];
}

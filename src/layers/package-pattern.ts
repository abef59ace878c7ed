const LABEL = /^@{1,2}[^/]*\/\/(?:[^/:]+\/)*([^/:]+)(?::([^/:]+))?$/;
const REQUIREMENT = /^requirement\(\s*["']([^"']+)["']\s*\)$/;
/** What a hub of Bazel's rules puts before a package's name: pip_torch; where it is in doubt, pip_deps_torch, pypi_311_torch only. */
const HUB = /^(?:rules_python\W+pip\W+)?(?:pip|pypi)(?:_deps)?(?:_\d{2,3})?_/;
const SURE_HUB = /^(?:pip_deps|(?:pip|pypi)_\d{2,3})_/;

/**
 * A pattern over normalised names, `*` for any text. Takes names and globs (`torch`, `nvidia-*`) and what stands in the
 * lists of Bazel's Python rules: labels (`@pip//torch`), `requirement("torch")`, and expressions over the paths of a
 * package (`pip_deps_torch.*`, `.*site-packages/torch/.*`). Undefined for what says something of files within a package.
 */
export function packagePattern(text: string): string | undefined {
  const label = LABEL.exec(text);
  if (label !== null) {
    const [, name = "", target] = label;
    return target === undefined || target === "pkg" || target === name ? globOf(name) : undefined;
  }
  const [, required] = REQUIREMENT.exec(text) ?? [];
  if (required !== undefined) return globOf(required);
  return isExpression(text) ? ofExpression(text) : globOf(text.replace(SURE_HUB, ""));
}

function isExpression(text: string): boolean {
  return /\.\*|\.\+|\\|[\^$()]|\//.test(text);
}

function ofExpression(text: string): string | undefined {
  const plain = text.replace(/^\^|\$$/g, "").replace(/\\+(.)/g, "$1");
  const [, folder, rest] = /(?:^|[/*])site-packages\/([^/]+?)(?:\/(.*))?$/.exec(plain) ?? [];
  if (folder !== undefined) return /^(?:\.[*+])?$/.test(rest ?? "") ? globOf(folder) : undefined;
  const own = plain
    .replace(/^.*runfiles\//, "")
    .replace(/^(?:\.\*|\[\^\/\]\*)/, "")
    .replace(HUB, "");
  const name = own.replace(/\/(?:\.[*+])?$/, "");
  return name.includes("/") ? undefined : globOf(name);
}

/** `.` and `_` are the same as `-` in names; what is left of an expression's own signs is no pattern. */
function globOf(text: string): string | undefined {
  const glob = text.replace(/\.[*+]/g, "*");
  if (!/^[A-Za-z0-9*](?:[\w.*-]*[A-Za-z0-9*])?$/.test(glob)) return undefined;
  return glob
    .split("*")
    .map((part) => part.toLowerCase().replace(/[-_.]+/g, "-"))
    .join("*");
}

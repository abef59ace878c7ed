import { OciasmError } from "../errors.ts";

/** Docker's own, for a base that sets no PATH. */
const DEFAULT_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

export interface EnvironmentDefaults {
  /** Goes before the rest of PATH: "/app/.venv/bin". */
  readonly scripts: string;
  /** VIRTUAL_ENV: "/app/.venv". */
  readonly root: string;
  /** Set unless the base has them. */
  readonly variables: Readonly<Record<string, string>>;
}

/**
 * `NAME=value` strings: the base's in its order, then ours, then the user's sorted by name; a later value takes the
 * place of an earlier one. LD_LIBRARY_PATH is never added: torch finds its libraries by RPATH, and a path would win over it.
 */
export function composeEnvironment(
  base: readonly string[],
  defaults: EnvironmentDefaults,
  settings: Readonly<Record<string, string>>,
): readonly string[] {
  const inherited = new Map(base.map(splitVariable));
  withDefaults(inherited, defaults);
  const result = new Map(inherited);
  for (const [name, value] of Object.entries(settings).sort(([a], [b]) => (a < b ? -1 : 1))) {
    if (name === "" || /[=\0]/.test(name)) throw new OciasmError("CONFIG_INVALID", `env: not a name: ${quote(name)}`);
    if (value.includes("\0")) throw new OciasmError("CONFIG_INVALID", `env: the value of ${name} holds a NUL`);
    result.set(name, expand(name, value, inherited));
  }
  return [...result].map(([name, value]) => `${name}=${value}`);
}

function withDefaults(variables: Map<string, string>, { scripts, root, variables: more }: EnvironmentDefaults): void {
  const path = (variables.get("PATH") ?? DEFAULT_PATH).split(":").filter((part) => part !== scripts);
  variables.set("PATH", [scripts, ...path].join(":"));
  variables.set("VIRTUAL_ENV", root);
  for (const [name, value] of Object.entries(more)) {
    if (!variables.has(name)) variables.set(name, value);
  }
}

const REFERENCE = /\$(?:(\$)|\{([A-Za-z_][A-Za-z0-9_]*)\}|([A-Za-z_][A-Za-z0-9_]*))/g;

function expand(name: string, value: string, variables: ReadonlyMap<string, string>): string {
  return value.replace(REFERENCE, (_all, dollar?: string, braced?: string, bare?: string) => {
    if (dollar !== undefined) return "$";
    const wanted = braced ?? bare ?? "";
    const found = variables.get(wanted);
    if (found !== undefined) return found;
    throw new OciasmError("CONFIG_INVALID", `env: ${name} refers to ${wanted}, which the base does not set`, {
      hint: "write $$ for a dollar sign",
    });
  });
}

function splitVariable(text: string): [string, string] {
  const at = text.indexOf("=");
  return at < 0 ? [text, ""] : [text.slice(0, at), text.slice(at + 1)];
}

function quote(text: string): string {
  return JSON.stringify(text.slice(0, 80));
}

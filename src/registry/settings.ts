import { OciasmError } from "../errors.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/** How a registry is reached, beyond what its name says. */
export interface RegistrySettings {
  /** `[http://]HOST[:PORT][/PREFIX]`, asked in this order before the registry itself, and for reading only. */
  readonly mirrors: readonly string[];
  /** PEM file of certificate authorities that count for this registry alone. */
  readonly ca: string | undefined;
  /** Any certificate will do, and plain HTTP where there is no TLS. */
  readonly insecure: boolean;
  /** Plain HTTP and nothing else. */
  readonly http: boolean;
}

/** JSON of what `registries` of the configuration says: `{"HOST": {"mirrors": […], "ca": "FILE", …}}`. */
export const REGISTRIES_VARIABLE = "OCIASM_REGISTRIES";
/** Hosts, by comma, that may speak plain HTTP or show any certificate. */
const INSECURE_VARIABLE = "OCIASM_INSECURE_REGISTRY";

/** What the environment says of a registry, named as in references. Throws CONFIG_INVALID for what is no such JSON. */
export function settingsOf(registry: string, environment: Environment): RegistrySettings {
  const own = members(allSettings(environment).get(registry));
  const mirrors = own.get("mirrors");
  const ca = own.get("ca");
  return {
    mirrors: Array.isArray(mirrors) ? mirrors.filter((mirror) => typeof mirror === "string") : [],
    ca: typeof ca === "string" && ca !== "" ? ca : undefined,
    insecure: own.get("insecure") === true || insecureHosts(environment).includes(registry),
    http: own.get("http") === true,
  };
}

/** What the environment says of any registry, by name. Throws CONFIG_INVALID for what is no JSON. */
export function allSettings(environment: Environment): ReadonlyMap<string, unknown> {
  const text = environment[REGISTRIES_VARIABLE];
  if (text === undefined || text === "") return new Map();
  try {
    return members(JSON.parse(text));
  } catch (cause) {
    throw new OciasmError("CONFIG_INVALID", `${REGISTRIES_VARIABLE} is not JSON`, { cause });
  }
}

function members(value: unknown): ReadonlyMap<string, unknown> {
  return new Map(typeof value === "object" && value !== null ? Object.entries(value) : []);
}

function insecureHosts(environment: Environment): readonly string[] {
  return (environment[INSECURE_VARIABLE] ?? "").split(",").map((host) => host.trim());
}

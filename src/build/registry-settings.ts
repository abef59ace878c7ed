import { resolve } from "node:path";
import { allSettings, REGISTRIES_VARIABLE } from "../registry/settings.ts";
import type { RegistryConfig } from "./config.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/** The environment with what the configuration says of registries; what it said itself of a host stays. Throws CONFIG_INVALID. */
export function withRegistries(
  environment: Environment,
  registries: Readonly<Record<string, RegistryConfig>> | undefined,
  context: string,
): Environment {
  if (registries === undefined) return environment;
  const own = Object.entries(registries).map(([host, { ca, ...rest }]) => {
    return [host, ca === undefined ? rest : { ...rest, ca: resolve(context, ca) }] as const;
  });
  const merged = new Map<string, unknown>([...own, ...allSettings(environment)]);
  return { ...environment, [REGISTRIES_VARIABLE]: JSON.stringify(Object.fromEntries(merged)) };
}

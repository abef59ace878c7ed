import { OciasmError } from "../errors.ts";
import type { RuntimeConfig } from "../oci/config.ts";

type Check = (value: unknown) => boolean;

const isString: Check = (value) => typeof value === "string";
const isStrings: Check = (value) => Array.isArray(value) && value.every(isString);
const isMap: Check = (value) => typeof value === "object" && value !== null && !Array.isArray(value);
const isBoolean: Check = (value) => typeof value === "boolean";

/** What engines decode strictly: a wrong type there makes an image that can't be started. */
const CHECKS: Readonly<Record<keyof RuntimeConfig, readonly [Check, string]>> = {
  User: [isString, "a string"],
  ExposedPorts: [isMap, "a mapping"],
  Env: [isStrings, "a list of strings"],
  Entrypoint: [isStrings, "a list of strings"],
  Cmd: [isStrings, "a list of strings"],
  Volumes: [isMap, "a mapping"],
  WorkingDir: [isString, "a string"],
  Labels: [(value) => isMap(value) && Object.values(value as object).every(isString), "a mapping of strings"],
  StopSignal: [isString, "a string"],
  ArgsEscaped: [isBoolean, "true or false"],
  Healthcheck: [isMap, "a mapping"],
  OnBuild: [isStrings, "a list of strings"],
  Shell: [isStrings, "a list of strings"],
};

/** The members of `config:` as given; those that the spec defines must have its types. Throws CONFIG_INVALID. */
export function checkRawConfig(raw: Readonly<Record<string, unknown>>): Partial<RuntimeConfig> {
  const checks = new Map(Object.entries(CHECKS));
  for (const [key, value] of Object.entries(raw)) {
    const [check, wanted] = checks.get(key) ?? [];
    if (check !== undefined && !check(value)) {
      throw new OciasmError("CONFIG_INVALID", `config.${key} is not ${wanted}`);
    }
  }
  return raw;
}

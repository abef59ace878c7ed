import { OciasmError } from "../errors.ts";
import type { RuntimeConfig } from "../oci/config.ts";
import { present } from "../oci/fields.ts";
import { composeEnvironment, type EnvironmentDefaults } from "./environment.ts";
import { composeHealthcheck } from "./healthcheck.ts";
import { expandPorts } from "./ports.ts";
import { checkRawConfig } from "./raw-config.ts";
import type { RuntimeDefaults } from "./runtime-defaults.ts";
import type { ImageSettings } from "./settings.ts";

/**
 * The `config` object of an image: the base's, under the user's settings, with our defaults for what neither has.
 * As in a Dockerfile's FROM, the base's ONBUILD triggers are spent and a new entrypoint clears its cmd.
 * Throws CONFIG_INVALID.
 */
export function composeRuntimeConfig(
  base: RuntimeConfig,
  settings: ImageSettings,
  defaults: RuntimeDefaults,
): RuntimeConfig {
  const cmd = settings.cmd ?? (settings.entrypoint === undefined ? base.Cmd : undefined);
  const ownUser = settings.user === undefined && isRoot(base.User);
  const config = present<RuntimeConfig>({
    User: ownUser ? defaults.user : (oneLine("user", settings.user) ?? base.User),
    ExposedPorts: emptyMembers(base.ExposedPorts, expandPorts(settings.exposedPorts ?? [])),
    Env: composeEnvironment(base.Env ?? [], environmentDefaults(defaults, ownUser), settings.env ?? {}),
    Entrypoint: nonEmpty(settings.entrypoint ?? base.Entrypoint),
    Cmd: nonEmpty(cmd),
    Volumes: emptyMembers(
      base.Volumes,
      (settings.volumes ?? []).map((path) => absolute("volumes", path)),
    ),
    WorkingDir: settings.workdir === undefined ? defaults.workdir : absolute("workdir", settings.workdir),
    Labels: members(base.Labels, settings.labels),
    StopSignal: settings.stopSignal === undefined ? base.StopSignal : stopSignal(settings.stopSignal),
    ArgsEscaped: settings.argsEscaped ?? base.ArgsEscaped,
    Healthcheck:
      settings.healthcheck === undefined
        ? base.Healthcheck
        : composeHealthcheck(settings.healthcheck, defaults.interpreter),
    OnBuild: nonEmpty(settings.onbuild),
    Shell: nonEmpty(settings.shell ?? base.Shell),
  });
  return { ...config, ...checkRawConfig(settings.config ?? {}) };
}

/** The home is our own user's: with another one it may belong to nobody. */
function environmentDefaults({ environment, home }: RuntimeDefaults, ownUser: boolean): EnvironmentDefaults {
  const { HF_HOME: _models, ...others } = environment.variables;
  return { ...environment, variables: ownUser ? { HOME: home, ...environment.variables } : others };
}

/** A base that names root or nobody at all says nothing about who should run the application. */
export function isRoot(user: string | undefined): boolean {
  return user === undefined || /^(?:root|0)?(?::(?:root|0)?)?$/.test(user);
}

function nonEmpty(list: readonly string[] | undefined): readonly string[] | undefined {
  return list === undefined || list.length === 0 ? undefined : list;
}

function emptyMembers(
  base: RuntimeConfig["Volumes"],
  keys: readonly string[],
): Readonly<Record<string, Record<string, never>>> | undefined {
  const all = [...new Set([...Object.keys(base ?? {}), ...keys])].sort();
  return all.length === 0 ? undefined : Object.fromEntries(all.map((key) => [key, {}]));
}

function members(
  base: Readonly<Record<string, string>> = {},
  own: Readonly<Record<string, string>> = {},
): Readonly<Record<string, string>> | undefined {
  const all = new Map([...Object.entries(base), ...Object.entries(own)]);
  return all.size === 0 ? undefined : Object.fromEntries(all);
}

function absolute(key: string, path: string): string {
  if (path.startsWith("/") && !/[\u0000-\u001f]/.test(path)) return path;
  throw new OciasmError("CONFIG_INVALID", `${key}: not an absolute path: ${JSON.stringify(path.slice(0, 120))}`);
}

function oneLine(key: string, text: string | undefined): string | undefined {
  if (text === undefined || /^[^\s\u0000-\u001f]+$/.test(text)) return text;
  throw new OciasmError("CONFIG_INVALID", `${key}: not a name or number: ${JSON.stringify(text.slice(0, 80))}`);
}

function stopSignal(text: string): string {
  if (/^(?:(?:SIG)?[A-Z][A-Z0-9]*(?:[+-]\d+)?|[1-9]\d?)$/.test(text)) return text;
  throw new OciasmError("CONFIG_INVALID", `stopSignal: not a signal: ${JSON.stringify(text.slice(0, 80))}`, {
    hint: "write it as SIGTERM or 15",
  });
}

import { parseIni } from "./ini.ts";

export type Environment = Readonly<Record<string, string | undefined>>;
/** Undefined when there is no such file, or it may not be read. */
export type ReadText = (path: string) => Promise<string | undefined>;

/** One source of pip's options: the environment or all files together. Keys without dashes' prefix: "index-url". */
export type PipOptions = (key: string) => string | undefined;

/** PIP_INDEX_URL and its like; empty values count as not set. */
export function pipEnvironment(environment: Environment): PipOptions {
  return (key) => environment[`PIP_${key.toUpperCase().replaceAll("-", "_")}`] || undefined;
}

/** pip's files in pip's order, later ones over earlier ones, `[install]` over `[global]`. */
export async function pipFiles(environment: Environment, readText: ReadText): Promise<PipOptions> {
  const options = new Map<string, string>();
  for (const path of pipConfigPaths(environment)) {
    const text = await readText(path);
    if (text === undefined) continue;
    const sections = parseIni(text);
    for (const section of ["global", "install"]) {
      for (const [key, value] of sections.get(section) ?? [])
        options.set(key.replace(/^--/, "").replaceAll("_", "-"), value);
    }
  }
  return (key) => options.get(key) || undefined;
}

/** pip, topics/configuration: global, user (old place, then new), site, PIP_CONFIG_FILE. */
function pipConfigPaths(environment: Environment): readonly string[] {
  const named = environment["PIP_CONFIG_FILE"];
  if (named === "/dev/null" || named?.toLowerCase() === "nul") return [];
  const home = environment["HOME"] || environment["USERPROFILE"];
  const configHome = environment["XDG_CONFIG_HOME"] || (home === undefined ? undefined : `${home}/.config`);
  const system = (environment["XDG_CONFIG_DIRS"] || "/etc/xdg").split(":").filter((folder) => folder !== "");
  const applicationData = environment["APPDATA"];
  const virtual = environment["VIRTUAL_ENV"];
  return [
    ...system.map((folder) => `${folder}/pip/pip.conf`),
    "/etc/pip.conf",
    ...(home === undefined ? [] : [`${home}/.pip/pip.conf`, `${home}/Library/Application Support/pip/pip.conf`]),
    ...(configHome === undefined ? [] : [`${configHome}/pip/pip.conf`]),
    ...(applicationData === undefined ? [] : [`${applicationData}/pip/pip.ini`]),
    ...(virtual ? [`${virtual}/pip.conf`] : []),
    ...(named ? [named] : []),
  ];
}

/** Values with several words, as pip splits them. */
export function words(value: string | undefined): readonly string[] {
  return (value ?? "").split(/\s+/).filter((word) => word !== "");
}

/** pip's and uv's idea of true. */
export function isTrue(value: string | undefined): boolean {
  return /^(1|true|yes|on|y|t)$/i.test(value?.trim() ?? "");
}

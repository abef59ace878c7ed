import { decodeYaml, type YamlFields } from "../layers/yaml-fields.ts";
import type { Interpreters, RuntimeFile, RuntimeRelease } from "./runtime.ts";

/** Reads layout/interpreters.yaml. Throws CONFIG_INVALID with the place of each problem. */
export function decodeReleases(text: string): Interpreters {
  return decodeYaml(text, "layout/interpreters.yaml", (root) => {
    root.only(["releases", "without"]);
    const releases = (root.mappings("releases") ?? []).map(readRelease);
    return { releases, without: root.strings("without") ?? [] };
  });
}

function readRelease(fields: YamlFields): RuntimeRelease {
  fields.only(["minor", "release", "python", "magic", "size", "integrity", "files"]);
  return {
    minor: matched(fields, "minor", /^3\.\d+$/),
    release: matched(fields, "release", /^\d+\.\d+\.\d+$/),
    python: matched(fields, "python", /^3\.\d+\.\d+$/),
    magic: fields.count("magic") ?? 0,
    size: fields.count("size") ?? 0,
    integrity: matched(fields, "integrity", /^sha512-[A-Za-z0-9+/]{86}==$/),
    files: (fields.mappings("files") ?? []).map(readRuntimeFile),
  };
}

function readRuntimeFile(fields: YamlFields): RuntimeFile {
  fields.only(["name", "size", "sha256"]);
  return {
    name: matched(fields, "name", /^[a-z][a-z0-9._-]*$/),
    size: fields.count("size") ?? 0,
    sha256: matched(fields, "sha256", /^[0-9a-f]{64}$/),
  };
}

function matched(fields: YamlFields, key: string, pattern: RegExp): string {
  const text = fields.string(key) ?? "";
  if (!pattern.test(text)) fields.problem(key, `${key} is missing or malformed`);
  return text;
}

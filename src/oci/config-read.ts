import type { Healthcheck, HistoryEntry, ImageConfig, RuntimeConfig } from "./config.ts";
import { type Digest, isDigest } from "./digest.ts";
import {
  type Fields,
  fieldsOf,
  invalid,
  optionalBoolean,
  optionalCount,
  optionalList,
  optionalMap,
  optionalString,
  parseFields,
  present,
  readString,
  stringField,
} from "./fields.ts";
import { MAX_DOCUMENT_BYTES } from "./manifest.ts";

// Far above what any builder writes: a bound for memory, not a policy.
const MAX_ITEMS = 10_000;

/**
 * Reads an image config, OCI's or Docker's (image-spec, config.md). Members that neither engines nor the spec define
 * are dropped; null counts as absent. Throws ARCHIVE_INVALID.
 */
export function parseImageConfig(bytes: Uint8Array): ImageConfig {
  const fields = parseFields(bytes, "config", MAX_DOCUMENT_BYTES);
  const config = fields.get("config");
  return present<ImageConfig>({
    created: optionalString(fields, "created"),
    author: optionalString(fields, "author"),
    architecture: stringField(fields, "architecture"),
    os: stringField(fields, "os"),
    variant: emptyIsAbsent(optionalString(fields, "variant")),
    "os.version": optionalString(fields, "os.version"),
    "os.features": optionalList(fields, "os.features", MAX_ITEMS, readString),
    config: config === undefined ? undefined : readRuntime(fieldsOf(config, "config.config")),
    rootfs: readRootfs(fields),
    history: optionalList(fields, "history", MAX_ITEMS, readHistory),
  });
}

function readRootfs(fields: Fields): ImageConfig["rootfs"] {
  const rootfs = fieldsOf(fields.get("rootfs"), "config.rootfs");
  if (rootfs.get("type") !== "layers") throw invalid('config.rootfs.type is not "layers"');
  return { type: "layers", diff_ids: optionalList(rootfs, "diff_ids", MAX_ITEMS, readDigest) ?? [] };
}

function readDigest(item: unknown, where: string): Digest {
  const text = readString(item, where);
  if (!isDigest(text)) throw invalid(`${where} is not a sha256 digest`);
  return text;
}

function readRuntime(fields: Fields): RuntimeConfig {
  const list = (key: string) => optionalList(fields, key, MAX_ITEMS, readString);
  const healthcheck = fields.get("Healthcheck");
  return present<RuntimeConfig>({
    User: optionalString(fields, "User"),
    ExposedPorts: optionalMap(fields, "ExposedPorts", readEmpty),
    Env: list("Env"),
    Entrypoint: list("Entrypoint"),
    Cmd: list("Cmd"),
    Volumes: optionalMap(fields, "Volumes", readEmpty),
    WorkingDir: optionalString(fields, "WorkingDir"),
    Labels: optionalMap(fields, "Labels", readString),
    StopSignal: optionalString(fields, "StopSignal"),
    ArgsEscaped: optionalBoolean(fields, "ArgsEscaped"),
    Healthcheck:
      healthcheck === undefined ? undefined : readHealthcheck(fieldsOf(healthcheck, "config.config.Healthcheck")),
    OnBuild: list("OnBuild"),
    Shell: list("Shell"),
  });
}

function readHealthcheck(fields: Fields): Healthcheck {
  return present<Healthcheck>({
    Test: optionalList(fields, "Test", MAX_ITEMS, readString),
    Interval: optionalCount(fields, "Interval"),
    Timeout: optionalCount(fields, "Timeout"),
    StartPeriod: optionalCount(fields, "StartPeriod"),
    StartInterval: optionalCount(fields, "StartInterval"),
    Retries: optionalCount(fields, "Retries"),
  });
}

function readHistory(item: unknown, where: string): HistoryEntry {
  const fields = fieldsOf(item, where);
  return present<HistoryEntry>({
    created: optionalString(fields, "created"),
    author: optionalString(fields, "author"),
    created_by: optionalString(fields, "created_by"),
    comment: optionalString(fields, "comment"),
    empty_layer: optionalBoolean(fields, "empty_layer"),
  });
}

// Go's struct{}: only the key means something.
function readEmpty(): Record<string, never> {
  return {};
}

function emptyIsAbsent(text: string | undefined): string | undefined {
  return text === "" ? undefined : text;
}

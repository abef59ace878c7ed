import * as posix from "node:path/posix";
import { utf8 } from "../archive/bytes.ts";
import type { ZipEntry } from "../archive/zip-entry.ts";
import type { InstallScheme } from "../layers/recipe.ts";
import { digestOf, hexOf } from "../oci/digest.ts";
import { parseEntryPoints } from "../python/entry-points.ts";
import { type Metadata, parseMetadata } from "../python/metadata.ts";
import { normalizeName } from "../python/name.ts";
import { compareVersions, parseVersion } from "../python/version.ts";
import { parseWheelFile } from "../python/wheel-metadata.ts";
import { parseWheelName } from "../python/wheel-name.ts";
import { findDistInfo } from "./dist-info.ts";
import { collectFiles } from "./files.ts";
import { globMatcher } from "./glob.ts";
import { parsedValue } from "./parsed-value.ts";
import { placer } from "./place.ts";
import type { InstallPlan, PlannedFile, PlannedRow } from "./plan.ts";
import { checkRecord } from "./record-check.ts";
import { entryPointNameOf } from "./script-names.ts";
import { checkEntryPoints, type EntryPointScript, launcherContent, scriptContent } from "./scripts.ts";
import { startupWarnings } from "./startup-files.ts";
import { type WheelContents, wheelInvalid } from "./wheel-contents.ts";

/** Of the wheel's own metadata directory: written anew, meant for another place, or void once RECORD changes. */
const REPLACED = ["RECORD", "RECORD.jws", "RECORD.p7s", "INSTALLER", "REQUESTED", "direct_url.json"];

/**
 * Where each file of a wheel goes under `scheme`, what is written besides, and what is refused (binary distribution
 * format; docs/install.md). Throws WHEEL_INVALID. A pure function of the wheel: neither Python's minor nor other wheels matter.
 */
export function planInstall(wheel: WheelContents, scheme: InstallScheme): InstallPlan {
  const { directory } = findDistInfo(wheel.entries, wheel.filename);
  const wheelFile = parsedValue(parseWheelFile(wheel.wheelFile), wheel.filename, "WHEEL");
  const metadata = checkMetadata(wheel, directory);
  const record = checkRecord(wheel, directory);
  const entryPoints = readScripts(wheel);
  const files = collectFiles(wheel.filename, (add) => {
    addEntries(
      wheel,
      scheme,
      { directory, name: metadata.name, scripts: entryPoints.scripts, sha256: record.sha256 },
      add,
    );
    addGenerated(wheel, scheme, directory, entryPoints.scripts, add);
  });
  const recordPath = `${scheme.site}/${directory}/RECORD`;
  if (files.some((file) => file.path === recordPath)) throw wheelInvalid(wheel.filename, "RECORD comes from .data");
  const excluded = globMatcher(wheel.exclude ?? []);
  const kept = files.filter((file) => !excluded(file.path));
  return {
    distribution: metadata.name,
    version: metadata.version,
    distInfo: directory,
    files: kept,
    recordPath,
    recordRows: kept.map((file) => plannedRow(file, scheme)),
    warnings: [
      ...wheelFile.warnings.map((warning) => `${wheel.filename}: ${warning}`),
      ...record.warnings,
      ...entryPoints.warnings,
      ...startupWarnings(wheel.filename, kept, scheme),
    ],
  };
}

type Add = (file: PlannedFile, generated?: boolean) => void;

function checkMetadata(wheel: WheelContents, directory: string): Metadata {
  const metadata = parsedValue(parseMetadata(wheel.metadata), wheel.filename, "METADATA");
  const owner = directory.split("-")[0] ?? "";
  if (normalizeName(metadata.name) !== normalizeName(owner)) {
    throw wheelInvalid(wheel.filename, `METADATA names another package: ${metadata.name}`);
  }
  const named = parsedValue(parseWheelName(wheel.filename), wheel.filename, "file name").version;
  const version = parseVersion(metadata.version);
  if (version !== undefined && compareVersions(version, named) === 0) return metadata;
  throw wheelInvalid(wheel.filename, `METADATA names another version: ${metadata.version}`);
}

function readScripts(wheel: WheelContents): {
  readonly scripts: ReadonlyMap<string, EntryPointScript>;
  readonly warnings: readonly string[];
} {
  const { entryPoints, problems } = parseEntryPoints(wheel.entryPoints ?? "");
  const scripts = ["console_scripts", "gui_scripts"].flatMap((group) =>
    entryPoints
      .filter((entry) => entry.group === group)
      .map(({ name, module, attribute = "" }) => ({ name, module, attribute })),
  );
  return {
    scripts: checkEntryPoints(scripts, wheel.filename),
    warnings: problems.map(({ line, message }) => `${wheel.filename}: entry_points.txt:${line}: ${message}`),
  };
}

interface EntryContext {
  readonly directory: string;
  readonly name: string;
  readonly scripts: ReadonlyMap<string, EntryPointScript>;
  readonly sha256: ReadonlyMap<string, string>;
}

function addEntries(wheel: WheelContents, scheme: InstallScheme, context: EntryContext, add: Add): void {
  const place = placer(scheme, { filename: wheel.filename, name: context.name });
  const replaced = new Set(REPLACED.map((name) => `${context.directory}/${name}`));
  for (const entry of wheel.entries) {
    if (entry.isDirectory || replaced.has(entry.name)) continue;
    const { path, isScript } = place(entry);
    // setuptools used to ship the scripts of entry points ready-made.
    if (isScript && context.scripts.has(entryPointNameOf(posix.basename(path)))) continue;
    const expectedSha256 = context.sha256.get(entry.name);
    add({
      path,
      mode: isScript ? 0o755 : modeOf(entry),
      content: isScript ? scriptContent(wheel, entry, scheme.interpreter) : { from: "zip", entry },
      ...(expectedSha256 === undefined ? {} : { expectedSha256 }),
    });
  }
}

/** Wheels carry 0600, 0664 and 0777 by accident; as pip has it, only "can somebody run it" is kept. */
function modeOf(entry: ZipEntry): 0o644 | 0o755 {
  return (entry.mode & 0o111) === 0 ? 0o644 : 0o755;
}

function addGenerated(
  wheel: WheelContents,
  scheme: InstallScheme,
  directory: string,
  scripts: ReadonlyMap<string, EntryPointScript>,
  add: Add,
): void {
  for (const [name, script] of scripts) {
    add({ path: `${scheme.scripts}/${name}`, mode: 0o755, content: launcherContent(script, scheme.interpreter) }, true);
  }
  const text = (base: string, content: string) =>
    add({ path: `${scheme.site}/${directory}/${base}`, mode: 0o644, content: { from: "text", text: content } }, true);
  text("INSTALLER", "ociasm\n");
  // As pip has it for every wheel that it is given by name, and a lock names them all: so the layer stays a function of the wheel.
  text("REQUESTED", "");
  if (wheel.directUrl !== undefined) text("direct_url.json", wheel.directUrl);
}

function plannedRow(file: PlannedFile, scheme: InstallScheme): PlannedRow {
  const { content, path } = file;
  const isBelow = path.startsWith(`${scheme.site}/`);
  const name = isBelow ? path.slice(scheme.site.length + 1) : posix.relative(scheme.site, path);
  switch (content.from) {
    case "text": {
      const bytes = utf8(content.text);
      return { path, name, sha256: hexOf(digestOf(bytes)), size: bytes.length };
    }
    case "script":
      return { path, name, size: content.entry.size - content.skip + utf8(content.prefix).length };
    case "zip":
      return {
        path,
        name,
        size: content.entry.size,
        ...(file.expectedSha256 === undefined ? {} : { sha256: file.expectedSha256 }),
      };
  }
}

import { withoutCredentials } from "../input/direct.ts";
import type { BaseNote, DebsNote, OciasmTable } from "./pylock-document.ts";
import { type TomlInline, tomlLine, tomlLongList } from "./toml-text.ts";

/** The tables of `[tool.ociasm]`, each as its lines. src/input/pylock-ociasm.ts reads them. */
export function ociasmLines(table: OciasmTable): readonly (readonly string[])[] {
  const { inputs, from, constraints, overrides, requested, targets, options, base } = table;
  const { resolution, prerelease, excludeNewer, noBinary } = options;
  const optionLines = [
    ...tomlLine("resolution", resolution),
    ...tomlLine("prerelease", prerelease),
    ...tomlLine("exclude-newer", excludeNewer),
    ...tomlLine("no-binary", noBinary),
  ];
  return [
    [
      "[tool.ociasm]",
      ...tomlLine("schema", 1),
      ...tomlLine("inputs", inputs),
      ...tomlLine("from", from),
      ...(constraints.length === 0 ? [] : tomlLine("constraints", constraints)),
      ...(overrides.length === 0 ? [] : tomlLine("overrides", overrides)),
      ...tomlLongList("requested", requested),
      ...tomlLongList(
        "targets",
        targets.map(({ platform, python, libc }) => ({ inline: { platform, python, libc } })),
      ),
    ],
    ...(optionLines.length === 0 ? [] : [["[tool.ociasm.options]", ...optionLines]]),
    ...(base === undefined ? [] : baseLines(base)),
  ];
}

function baseLines(base: BaseNote): readonly (readonly string[])[] {
  return [
    [
      "[tool.ociasm.base]",
      ...tomlLine("name", withoutCredentials(base.name)),
      ...tomlLine("digest", base.digest),
      ...(base.python === undefined ? [] : tomlLine("python", pythonTable(base.python))),
      ...(base.system.length === 0 ? [] : tomlLine("system", base.system)),
    ],
    ...base.debs.map(debsLines),
  ];
}

function pythonTable({ url, sha256 }: NonNullable<BaseNote["python"]>): TomlInline {
  return { inline: { url: withoutCredentials(url), sha256 } };
}

function debsLines({ platform, date, packages }: DebsNote): readonly string[] {
  return [
    "[[tool.ociasm.base.debs]]",
    ...tomlLine("platform", platform),
    ...tomlLine("date", date),
    ...tomlLongList(
      "packages",
      packages.map(({ group, name, version, architecture, source, suite, filename, size, sha256 }) => ({
        inline: { group, name, version, architecture, source, suite, filename, size, sha256 },
      })),
    ),
  ];
}

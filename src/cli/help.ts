import { twinName } from "./args.ts";
import type { Flag, FlagGroup } from "./flags.ts";
import { VERBS, type Verb } from "./verbs.ts";

export function overview(): string {
  const width = Math.max(...VERBS.map((verb) => verb.name.length));
  return [
    "ociasm assembles OCI images for Python applications: no Docker, no daemon, no root, no Python on the host.",
    "",
    "usage: ociasm VERB …",
    "",
    ...VERBS.map((verb) => `  ${verb.name.padEnd(width)}  ${verb.summary}`),
    "",
    "`ociasm help VERB` tells more; `ociasm completion bash|zsh|fish` prints shell completion.",
  ].join("\n");
}

export function verbHelp(verb: Verb): string {
  return [
    `usage: ociasm ${verb.usage}`,
    "",
    `${verb.summary}`,
    ...verb.groups.flatMap(groupHelp),
    ...(verb.isHermetic === true
      ? []
      : ["", "Every flag can stand in the environment: --cache-dir as OCIASM_CACHE_DIR."]),
  ].join("\n");
}

function groupHelp(group: FlagGroup): string[] {
  const width = Math.max(...group.flags.map((flag) => flagForm(flag).length));
  return ["", `${group.title}:`, ...group.flags.map((flag) => `  ${flagForm(flag).padEnd(width)}  ${flagText(flag)}`)];
}

function flagForm(flag: Flag): string {
  const short = flag.short === undefined ? "    " : `-${flag.short}, `;
  return `${short}--${flag.name}${flag.placeholder === undefined ? "" : ` ${flag.placeholder}`}`;
}

function flagText(flag: Flag): string {
  const choices = flag.choices === undefined ? "" : `: ${flag.choices.join(", ")}`;
  return `${flag.help}${choices}`;
}

/** The table of a group's flags in docs/config.md. */
export function flagTable(group: FlagGroup): string {
  const rows = group.flags.map(
    (flag) => `| \`${flagForm(flag).trim()}\` | \`${twinName(flag)}\` | ${flagText(flag).replaceAll("|", "\\|")} |`,
  );
  return ["| flag | environment | |", "|---|---|---|", ...rows].join("\n");
}

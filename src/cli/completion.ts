import { OciasmError } from "../errors.ts";
import { VERBS } from "./verbs.ts";

const SHELLS: Readonly<Record<string, () => string>> = { bash, zsh, fish };

/** A script for the shell to source; made from the same table as parsing. Throws USAGE for another shell. */
export function completion(shell: string | undefined): string {
  const make = shell === undefined ? undefined : SHELLS[shell];
  if (make !== undefined) return make();
  throw new OciasmError("USAGE", `no completion for \`${shell ?? ""}\``, { hint: "ociasm completion bash|zsh|fish" });
}

function flagsOf(name: string): string[] {
  const verb = VERBS.find((candidate) => candidate.name === name);
  return verb === undefined ? [] : verb.groups.flatMap((group) => group.flags.map((flag) => `--${flag.name}`));
}

function firstWords(): string[] {
  return [...new Set(VERBS.map((verb) => verb.name.split(" ")[0] ?? "")), "help", "completion"];
}

function bash(): string {
  const cases = VERBS.map((verb) => `    "${verb.name}"*) words="${flagsOf(verb.name).join(" ")}" ;;`);
  return [
    "_ociasm() {",
    '  local current="${COMP_WORDS[COMP_CWORD]}" line="${COMP_WORDS[*]:1}" words=""',
    '  case "$line" in',
    ...cases,
    `    *) words="${firstWords().join(" ")}" ;;`,
    "  esac",
    '  if [[ "$current" == -* || $COMP_CWORD -eq 1 ]]; then COMPREPLY=($(compgen -W "$words" -- "$current"))',
    '  else COMPREPLY=($(compgen -f -- "$current")); fi',
    "}",
    "complete -o filenames -F _ociasm ociasm",
  ].join("\n");
}

function zsh(): string {
  const cases = VERBS.map((verb) => `    "${verb.name}"*) compadd -- ${flagsOf(verb.name).join(" ")} ;;`);
  return [
    "#compdef ociasm",
    "_ociasm() {",
    `  if (( CURRENT == 2 )); then compadd -- ${firstWords().join(" ")}; return; fi`,
    '  if [[ "$words[CURRENT]" != -* ]]; then _files; return; fi',
    '  case "${words[2,-1]}" in',
    ...cases,
    "  esac",
    "}",
    "compdef _ociasm ociasm",
  ].join("\n");
}

function fish(): string {
  const verbs = firstWords().map((word) => `complete -c ociasm -n __fish_use_subcommand -f -a ${word}`);
  const flags = VERBS.flatMap((verb) =>
    verb.groups.flatMap((group) =>
      group.flags.map((flag) => {
        const words = verb.name.split(" ").map((word) => `__fish_seen_subcommand_from ${word}`);
        const value = flag.takes === "nothing" ? "" : " -r";
        const text = flag.help.replaceAll("'", "");
        return `complete -c ociasm -n '${words.join("; and ")}' -l ${flag.name}${value} -d '${text}'`;
      }),
    ),
  );
  return [...verbs, ...flags].join("\n");
}

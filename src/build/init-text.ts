import type { BuildConfig } from "./config.ts";
import { configJsonSchema } from "./config-schema.ts";
import { dashed } from "./decoder.ts";
import type { Refusal } from "./foreign/state.ts";

/** What stands above the keys of a configuration that was made of another file. */
export interface InitRemarks {
  /** As it is called: "cog.yaml"; absent where nothing was converted. */
  readonly from?: string;
  readonly notes: readonly string[];
  readonly refused: readonly Refusal[];
}

/** The text of an ociasm.yaml: keys in the order of the documentation, and a TODO for each line that was not carried over. */
export async function initText(config: BuildConfig, remarks: InitRemarks): Promise<string> {
  const { stringify } = await import("yaml");
  const order = Object.keys(Object(configJsonSchema()["properties"]));
  const entries = Object.entries(config)
    .map(([key, value]): readonly [string, unknown] => [dashed(key), plain(value)])
    .sort(([a], [b]) => order.indexOf(a) - order.indexOf(b));
  const body = entries.length === 0 ? "" : stringify(Object.fromEntries(entries), { lineWidth: 0 });
  return `${headOf(remarks).join("\n")}\n${body}`;
}

function headOf({ from, notes, refused }: InitRemarks): readonly string[] {
  const todo = refused.flatMap(({ at, text, reason, wayOut }) => [
    `# TODO ${from}:${at.line}: ${text}`,
    `#   ${reason}: ${wayOut}`,
  ]);
  return [
    "# yaml-language-server: $schema=./node_modules/ociasm/schema/ociasm.schema.json",
    ...(from === undefined ? [] : [`# What ${from} says, as far as nothing has to be run for it.`]),
    ...todo.map(oneLine),
    ...notes.map((note) => oneLine(`# ${note}`)),
  ];
}

function oneLine(text: string): string {
  return text.replace(/[\r\n]+/g, " ");
}

/** Nested keys are dashed too; names of variables and labels are not. */
function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== "object" || value === null) return value;
  const isRecord = Object.keys(value).every((key) => MEMBERS.has(key));
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => {
      if (!isRecord) return [key, member];
      if (key === "mode" && typeof member === "number") return [key, `0${member.toString(8)}`];
      if (key === "owner") return [key, `${Object(member).uid}:${Object(member).gid}`];
      return [dashed(key), plain(member)];
    }),
  );
}

/** Members of `files`, `weights` and `healthcheck`. */
const MEMBERS: ReadonlySet<string> = new Set([
  ...["include", "exclude", "keep", "extra", "owner", "destination", "from", "to", "mode", "uid", "gid"],
  ...["name", "source", "target"],
  ...["test", "interval", "timeout", "startPeriod", "startInterval", "retries"],
]);

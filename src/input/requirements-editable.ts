import { isUrl, looksLikePath } from "./direct.ts";
import type { LogicalLine } from "./logical-lines.ts";
import { type RequirementText, readRequirementText } from "./requirement-line.ts";
import type { LineOption } from "./requirements-options.ts";
import { place, type RequirementsReader, report } from "./requirements-reader.ts";

/** uv lets a marker follow `-e`; pip looks away from it. */
const EDITABLE_WITH_MARKER = /^(?:-e\s*|--editable(?:\s+|=))([^\s;"']+\s*;[^\\]*?)(?=\s-|$)/;

/** `-e PLACE` as pip writes it. */
export function readEditable(reader: RequirementsReader, line: LogicalLine, option: LineOption): void {
  const { target = "", extras, ...rest } = readTarget(option.value);
  const { file, constraint } = reader;
  const requirement = { target: target.replace(/\[[^\]]*\]$/, ""), extras, ...rest };
  const override = reader.override && !constraint;
  const location = place(reader, line, option.start, option.end);
  reader.draft.entries.push({
    requirement,
    editable: true,
    constraint,
    override,
    sha256: [],
    hasHash: false,
    file,
    location,
  });
}

/** `-e PLACE ; MARKER`: false when the line is no such thing. */
export function readMarkedEditable(reader: RequirementsReader, line: LogicalLine): boolean {
  const editable = EDITABLE_WITH_MARKER.exec(line.text);
  const value = editable?.[1];
  if (editable === null || value === undefined || !/\s;|;\s/.test(value)) return false;
  const end = editable[0].length;
  const start = end - value.length;
  const read = readRequirementText(isUrl(value) || looksLikePath(value) ? value : `./${value}`);
  if ("message" in read) report(reader, line, start + read.offset, start + read.offset + read.length, read.message);
  else readEditable(reader, line, { name: "--editable", value, start: 0, end });
  return true;
}

/** What `-e` names is always a place, also `pkg`, which would be a name without it. */
function readTarget(text: string): RequirementText {
  const read = readRequirementText(isUrl(text) || looksLikePath(text) ? text : `./${text}`);
  return "message" in read ? { target: text, extras: [] } : read;
}

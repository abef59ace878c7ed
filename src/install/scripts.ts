import type { ZipEntry } from "../archive/zip-entry.ts";
import { OciasmError } from "../errors.ts";
import { launcherText, shebang } from "./launcher.ts";
import type { PlannedContent } from "./plan.ts";
import { isInterpreterName, isPlainFileName, withoutVersionedPip } from "./script-names.ts";
import { SCRIPT_HEAD_BYTES, type WheelContents, wheelInvalid } from "./wheel-contents.ts";

/** A console or gui script: on Linux they are the same. */
export interface EntryPointScript {
  readonly name: string;
  readonly module: string;
  readonly attribute: string;
}

// Both become Python source: anything but dotted identifiers could carry code.
const DOTTED = /^[\p{ID_Start}_][\p{ID_Continue}]*(?:\.[\p{ID_Start}_][\p{ID_Continue}]*)*$/u;

/** Checks names and targets, and drops what pip drops. Throws WHEEL_INVALID. */
export function checkEntryPoints(
  scripts: readonly EntryPointScript[],
  filename: string,
): ReadonlyMap<string, EntryPointScript> {
  for (const { name, module, attribute } of scripts) {
    const what = `the entry point ${JSON.stringify(name)}`;
    if (!isPlainFileName(name) || name.startsWith(".wh.")) throw wheelInvalid(filename, `${what} is not a file name`);
    if (isInterpreterName(name)) throw wheelInvalid(filename, `${what} would hide the interpreter`);
    if (!DOTTED.test(module) || !DOTTED.test(attribute)) {
      throw wheelInvalid(filename, `${what} does not name a callable as module:attribute`);
    }
  }
  return new Map(withoutVersionedPip(scripts).map((script) => [script.name, script]));
}

/** The text of an entry point's script. */
export function launcherContent(script: EntryPointScript, interpreter: string): PlannedContent {
  return { from: "text", text: launcherText(interpreter, script) };
}

/**
 * A script whose first line starts with `#!python` (so `#!pythonw` too) gets the real interpreter, as pip does it:
 * arguments after the name are dropped. All others stay as they are.
 */
export function scriptContent(wheel: WheelContents, entry: ZipEntry, interpreter: string): PlannedContent {
  const head = wheel.scriptHeads.get(entry.name);
  if (head === undefined) throw new OciasmError("BUG", `the head of ${entry.name} was not read`);
  if (!new TextDecoder("latin1").decode(head.subarray(0, 8)).startsWith("#!python")) return { from: "zip", entry };
  const newline = head.indexOf(0x0a);
  if (newline < 0 && entry.size > head.length) {
    throw wheelInvalid(wheel.filename, `${entry.name} has a first line of more than ${SCRIPT_HEAD_BYTES} bytes`);
  }
  return { from: "script", entry, skip: newline < 0 ? head.length : newline + 1, prefix: shebang(interpreter) };
}

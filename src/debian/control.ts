import { OciasmError } from "../errors.ts";

/** One paragraph of a control file: field names in lower case, continuation lines joined by newlines. */
export type Stanza = ReadonlyMap<string, string>;

/** No paragraph of Debian's archive comes near; a longer one is an attack or not a control file. */
const MAX_FIELDS = 1000;
const MAX_STANZA = 4 * 1024 * 1024;

const SPACE = 0x20;
const TAB = 0x09;
const HASH = 0x23;

/**
 * Reads all paragraphs of a control file (deb822(5)). Comment lines are skipped, CR at a line's end is dropped.
 * Throws ARCHIVE_INVALID for a line that is neither field, continuation, comment nor blank, and for a field given twice.
 */
export function parseControl(text: string): Stanza[] {
  return [...stanzas(text)];
}

/** The same one by one and with the `wanted` fields only, for Packages files of many megabytes. */
export function* stanzas(text: string, wanted?: ReadonlySet<string>): Generator<Stanza> {
  const names: FieldNames = new Map();
  let at = 0;
  while (at < text.length) {
    const end = stanzaEnd(text, at);
    if (end - at > MAX_STANZA) throw invalid(`a paragraph of more than ${MAX_STANZA} characters`);
    const stanza = parseStanza(text.slice(at, end), names, wanted);
    if (stanza.size > 0) yield stanza;
    at = end + 1;
  }
}

/** The one paragraph of a binary package's `control` file; throws ARCHIVE_INVALID for none or several. */
export function parseSingleStanza(text: string): Stanza {
  const all = parseControl(text);
  if (all.length !== 1 || all[0] === undefined) throw invalid(`${all.length} paragraphs instead of one`);
  return all[0];
}

/** Where the paragraph's last line ends: before a line that is blank or holds only blanks. */
function stanzaEnd(text: string, from: number): number {
  let at = from;
  for (;;) {
    const newline = text.indexOf("\n", at);
    if (newline < 0) return text.length;
    if (isBlankLine(text, newline + 1)) return newline;
    at = newline + 1;
  }
}

function isBlankLine(text: string, start: number): boolean {
  for (let at = start; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === 0x0a) return true;
    if (code !== 0x20 && code !== 0x09 && code !== 0x0d) return false;
  }
  return true;
}

/** Field names as written, checked and in lower case: a Packages file has the same twenty a million times. */
type FieldNames = Map<string, string>;

function parseStanza(text: string, names: FieldNames, wanted: ReadonlySet<string> | undefined): Stanza {
  const fields = new Map<string, string>();
  let name = "";
  for (let at = 0; at < text.length; ) {
    const newline = text.indexOf("\n", at);
    const end = newline < 0 ? text.length : newline;
    const first = text.charCodeAt(at);
    if (first === SPACE || first === TAB) {
      const line = text.slice(at + 1, end).trimEnd();
      if (fields.has(name)) fields.set(name, `${fields.get(name)}\n${line}`);
      else if (name === "" && line !== "") throw invalid(`a continuation line before any field: ${quote(line)}`);
    } else if (first !== HASH && end > at && text.slice(at, end) !== "\r") {
      const colon = text.indexOf(":", at);
      name = fieldName(text.slice(at, colon < 0 || colon > end ? end : colon), names);
      if (colon < 0 || colon > end) throw invalid(`not a field: ${quote(text.slice(at, end))}`);
      if (fields.has(name)) throw invalid(`the field ${quote(name)} twice`);
      if (fields.size >= MAX_FIELDS) throw invalid(`more than ${MAX_FIELDS} fields`);
      if (wanted === undefined || wanted.has(name)) fields.set(name, text.slice(colon + 1, end).trim());
    }
    at = end + 1;
  }
  return fields;
}

function fieldName(written: string, names: FieldNames): string {
  const known = names.get(written);
  if (known !== undefined) return known;
  if (!/^[!-9;-~]+$/.test(written)) throw invalid(`not a field: ${quote(written)}`);
  const name = written.toLowerCase();
  if (names.size < MAX_FIELDS) names.set(written, name);
  return name;
}

function quote(text: string): string {
  return JSON.stringify(text.length > 80 ? `${text.slice(0, 80)}…` : text);
}

function invalid(what: string): OciasmError {
  return new OciasmError("ARCHIVE_INVALID", `control file holds ${what}`);
}

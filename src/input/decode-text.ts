import { OciasmError } from "../errors.ts";

const BYTE_ORDER_MARKS: readonly (readonly [bytes: readonly number[], encoding: string])[] = [
  [[0xef, 0xbb, 0xbf], "utf-8"],
  [[0xff, 0xfe, 0, 0], "utf-32le"],
  [[0, 0, 0xfe, 0xff], "utf-32be"],
  [[0xff, 0xfe], "utf-16le"],
  [[0xfe, 0xff], "utf-16be"],
];

/** PEP 263: in a comment on one of the first two lines. */
const CODING = /coding[:=]\s*([-\w.]+)/;

/** Python's names for encodings that go by another one on the web. */
const PYTHON_NAMES: Readonly<Record<string, string>> = {
  utf8: "utf-8",
  "utf-8-sig": "utf-8",
  "latin-1": "latin1",
  "iso-8859-1": "latin1",
  "iso8859-1": "latin1",
  "us-ascii": "latin1",
  ascii: "latin1",
  cp1252: "windows-1252",
  cp1251: "windows-1251",
};

/**
 * The text of a requirements file or a script as pip and Python read it: by its byte order mark, by a `coding:` comment
 * (PEP 263), else UTF-8. Throws INPUT_INVALID for bytes that are no text of that encoding, or an encoding that is not known.
 */
export function decodeText(bytes: Uint8Array, file: string): string {
  const mark = BYTE_ORDER_MARKS.find(([start]) => start.every((byte, index) => bytes[index] === byte));
  const encoding = mark?.[1] ?? declared(bytes) ?? "utf-8";
  const content = bytes.subarray(mark?.[0].length ?? 0);
  if (encoding === "latin1") return latin1(content);
  try {
    return new TextDecoder(encoding, { fatal: true, ignoreBOM: true }).decode(content);
  } catch {
    throw new OciasmError("INPUT_INVALID", `${file} is no ${encoding} text`, {
      hint: "save it as UTF-8",
      location: { file, line: 1, column: 1 },
    });
  }
}

function declared(bytes: Uint8Array): string | undefined {
  for (const line of latin1(bytes.subarray(0, 1000)).split("\n").slice(0, 2)) {
    const name = line.startsWith("#") ? CODING.exec(line)?.[1]?.toLowerCase().replaceAll("_", "-") : undefined;
    if (name !== undefined) return Object.hasOwn(PYTHON_NAMES, name) ? PYTHON_NAMES[name] : name;
  }
  return undefined;
}

/** TextDecoder takes latin1 for windows-1252. */
function latin1(bytes: Uint8Array): string {
  let text = "";
  for (let at = 0; at < bytes.length; at += 8192) text += String.fromCharCode(...bytes.subarray(at, at + 8192));
  return text;
}

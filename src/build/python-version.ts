/** What a `.python-version` asks for: a version for --python, or a text that this tool has no Python for. */
export type PythonVersionFile = { readonly version: string } | { readonly unknown: string } | undefined;

const VERSION = /^(?:(?:c?python)[-@]?)?(\d+\.\d+(?:\.\d+)?(?:(?:a|b|rc)\d+)?)(\+?freethreaded|t)?(?:-.*)?$/;

/** Reads pyenv's and uv's file: the first line that is no comment, e.g. "3.12", "cpython-3.12.4-linux-x86_64-gnu". */
export function readPythonVersion(text: string): PythonVersionFile {
  const line = text
    .split(/\r?\n/)
    .map((each) => each.replace(/#.*$/, "").trim())
    .find((each) => each !== "");
  if (line === undefined) return undefined;
  const match = VERSION.exec(line);
  if (match?.[1] === undefined) return { unknown: line };
  return { version: `${match[1]}${match[2] === undefined ? "" : "t"}` };
}

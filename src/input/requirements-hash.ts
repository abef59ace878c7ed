import type { LogicalLine } from "./logical-lines.ts";
import type { LineOption } from "./requirements-options.ts";
import { type RequirementsReader, report } from "./requirements-reader.ts";

const DIGEST_LENGTHS: ReadonlyMap<string, number> = new Map([
  ["sha256", 64],
  ["sha384", 96],
  ["sha512", 128],
]);

/** Lower-case hex of a `--hash=sha256:…`; undefined for a problem, and for sha384 and sha512, which nothing here computes. */
export function readSha256(reader: RequirementsReader, line: LogicalLine, option: LineOption): string | undefined {
  const colon = option.value.indexOf(":");
  const algorithm = colon === -1 ? "" : option.value.slice(0, colon);
  const value = option.value.slice(colon + 1).toLowerCase();
  const length = DIGEST_LENGTHS.get(algorithm);
  if (colon === -1) {
    report(reader, line, option.start, option.end, "a hash is written --hash=sha256:…");
  } else if (length === undefined) {
    const hint = "write sha256 hashes: `uv pip compile --generate-hashes` does";
    report(reader, line, option.start, option.end, `a hash of type ${JSON.stringify(algorithm)} is refused`, hint);
  } else if (value.length !== length || !/^[0-9a-f]+$/.test(value)) {
    report(reader, line, option.start, option.end, `not a ${algorithm}: it takes ${length} hex digits`);
  } else if (algorithm === "sha256") return value;
  return undefined;
}

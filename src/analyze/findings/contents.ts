import type { Occurrence } from "../merge.ts";
import type { Evidence, Found, Rule } from "./finding.ts";
import { whole } from "./finding.ts";
import { type Fix, fixElsewhere, leaveOut, patternOf } from "./fixes.ts";
import { byOrigin, type Origin } from "./origin.ts";

/** Credentials by their names, and private keys by their first line; hidden ones too: whoever pulls has them. */
export const secrets: Rule = (evidence) => {
  const found = evidence.image.all.filter(({ file }) => file.secret !== undefined);
  return [...byOrigin(found, evidence)].map(
    ([origin, files]): Found => ({
      kind: "secrets",
      origin,
      parts: files.map(whole),
      fix: secretFix(origin, files, evidence),
    }),
  );
};

function secretFix(origin: Origin, files: readonly Occurrence[], evidence: Evidence): Fix {
  if (origin !== "project") return fixElsewhere(origin);
  const { config } = leaveOut([...new Set(files.map(({ file }) => patternOf(file.path, evidence)))].slice(0, 20));
  return { config, advice: "leaves it out; if the image was ever pushed, change the secret as well" };
}

// Less is not worth a finding.
const LEAST = 4096;

/** Symbol tables and debug information of ELF files, as far as their bytes were read. */
export const debugSymbols: Rule = (evidence) => {
  const found = evidence.image.all.filter(({ hidden, file }) => hidden === undefined && strippable(file) >= LEAST);
  return [...byOrigin(found, evidence)].map(
    ([origin, files]): Found => ({
      kind: "debug-symbols",
      origin,
      parts: files.map((occurrence) => ({ occurrence, bytes: strippable(occurrence.file) })),
      fix:
        origin === "base" || origin === "system"
          ? fixElsewhere(origin)
          : { config: null, advice: "build it with `strip`, or with -s in LDFLAGS" },
    }),
  );
};

function strippable({ strippable: found, size }: Occurrence["file"]): number {
  return found === undefined ? 0 : Math.min(found.symbols + found.debug, size);
}

import type { Occurrence } from "../merge.ts";
import type { Evidence, Found, Rule } from "./finding.ts";
import { whole } from "./finding.ts";
import { type Fix, fixElsewhere, leaveOut, patternOf } from "./fixes.ts";
import { byOrigin, type Origin } from "./origin.ts";

/** What lies in a layer and can't be seen, because a layer above has it otherwise, or not at all. */
export const shadowed: Rule = (evidence) =>
  (["overwritten", "removed"] as const).flatMap((kind) => {
    const hidden = evidence.image.all.filter(({ hidden: by, file }) => by?.how === kind && file.type !== "directory");
    return [...byOrigin(hidden, evidence)].map(
      ([origin, found]): Found => ({ kind, origin, parts: found.map(whole), fix: fixOf(origin, found, evidence) }),
    );
  });

const SAME_STEP: Fix = {
  config: null,
  advice: "a layer can't take bytes from one below it: remove the file in the step that brings it",
};

function fixOf(origin: Origin, found: readonly Occurrence[], evidence: Evidence): Fix {
  if (origin === "base" || origin === "system") return fixElsewhere(origin);
  if (origin === "project") return leaveOut(found.slice(0, 5).map(({ file }) => patternOf(file.path, evidence)));
  return decidedConflict(found, evidence) ?? SAME_STEP;
}

/** Two packages with one file: the config can say which of them brings it. */
function decidedConflict(found: readonly Occurrence[], { image, owners }: Evidence): Fix | undefined {
  for (const occurrence of found) {
    const upper = image.get(occurrence.file.path);
    const [loser, winner] = [owners.of.get(occurrence), upper === undefined ? undefined : owners.of.get(upper)];
    if (loser?.ecosystem !== "python" || winner?.ecosystem !== "python" || loser.name === winner.name) continue;
    const paths = JSON.stringify([`/${occurrence.file.path}`]);
    return {
      config: `conflicts: [{winner: ${winner.name}, over: [${loser.name}], paths: ${paths}}]`,
      advice: "both packages bring the file: say which one shall",
    };
  }
  return undefined;
}

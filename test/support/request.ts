import type { Asked, RequirementsInput } from "../../src/input/request.ts";
import { parseRequirement } from "../../src/python/requirement.ts";

/** A person's requirement, at a line of requirements.in. */
export function asked(text: string, line = 1, sha256: readonly string[] = []): Asked {
  const requirement = parseRequirement(text);
  if (!requirement.ok) throw new Error(`${text}: ${requirement.message}`);
  const location = { file: "requirements.in", line, column: 1, text };
  return { requirement: requirement.value, text, location, sha256 };
}

/** What a person asks for, one requirement a line. */
export function request(requirements: readonly string[], changes: Partial<RequirementsInput> = {}): RequirementsInput {
  return {
    format: "requirements.txt",
    file: "requirements.in",
    requirements: requirements.map((text, index) => asked(text, index + 1)),
    extras: {},
    groups: {},
    defaultGroups: [],
    constraints: [],
    overrides: [],
    excludes: [],
    sources: [],
    indexes: [],
    options: {
      extraIndexUrls: [],
      findLinks: [],
      noIndex: false,
      trustedHosts: [],
      onlyBinary: [],
      noBinary: [],
      pre: false,
    },
    resolution: {},
    warnings: [],
    ...changes,
  };
}

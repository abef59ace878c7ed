import type { SourceLocation } from "../../errors.ts";
import type { ForeignPlan } from "./state.ts";

/** The step of FROM, and the packages that its base has anyhow. */
export interface BaseStep extends ForeignPlan {
  readonly droppedSystem: readonly string[];
}

const SUITES: Readonly<Record<string, string>> = {
  bookworm: "deb:bookworm",
  "12": "deb:bookworm",
  trixie: "deb:trixie",
  "13": "deb:trixie",
  jammy: "deb:jammy",
  "22.04": "deb:jammy",
  noble: "deb:noble",
  "24.04": "deb:noble",
};

/** Packages can be added to suites alone, so an image of Python gives way to the suite that has it. */
export function baseStep(from: string, system: readonly string[], at: SourceLocation): BaseStep {
  const python =
    /^(?:docker\.io\/)?(?:library\/)?python:(3\.\d+)(?:\.\d+)?(?:-slim)?(?:-(?:bookworm|trixie|bullseye))?$/.exec(from);
  const distribution = /^(?:docker\.io\/)?(?:library\/)?(?:debian|ubuntu):([a-z]+|\d+(?:\.\d+)?)/.exec(from);
  const suite = SUITES[distribution?.[1] ?? ""];
  if (suite !== undefined) {
    const droppedSystem = system.filter((name) => /^python3(?:\.\d+)?(?:-(?:pip|venv|dev|minimal))?$/.test(name));
    return { steps: [{ at, state: { base: suite } }], refused: [], droppedSystem };
  }
  const version = python?.[1];
  if (version !== undefined && system.length > 0) {
    const notes = [
      `${from} becomes the suite that has Python ${version}: system packages can be added to suites alone`,
    ];
    return { steps: [{ at, state: { python: version }, notes }], refused: [], droppedSystem: [] };
  }
  const refused =
    system.length === 0
      ? []
      : [
          {
            at,
            text: `apt-get install ${system.join(" ")}`,
            reason: `packages can't be added to ${from}`,
            wayOut: "take a base such as deb:bookworm, or an image that has them",
          },
        ];
  return { steps: [{ at, state: { base: from } }], refused, droppedSystem: system };
}

import type { CogFile } from "./cog-schema.ts";
import type { ForeignPlan, PackageLine, PlanStep, Refusal } from "./state.ts";

/** The oldest SDK that cog itself installs (its pkg/wheels). */
const LEAST_SDK = "0.16.0";

/** What the model asks for, and the SDK with its server: `sdk_version`, else the newest that fits. */
export function cogPackages(file: CogFile): ForeignPlan {
  const { pythonPackages, pythonRequirements, sdkVersion } = file;
  const refused: Refusal[] = [];
  const steps: PlanStep[] = [];
  if (pythonRequirements !== undefined) {
    const { value, at } = pythonRequirements;
    if (pythonPackages.length > 0) {
      refused.push({ at, text: value, reason: "python_packages are given too", wayOut: "put them into the file" });
    }
    steps.push({ at, state: { requirements: [value] } });
  }
  for (const { value, at } of pythonPackages) {
    if (isManaged(/^[\w.-]+/.exec(value)?.[0])) {
      steps.push({ at, state: {}, notes: [`${value} is set aside, as cog does it: say build.sdk_version`] });
      continue;
    }
    // cog hands the whole line to pip, options and all.
    const [requirement = "", ...options] = value.split(/\s+(?=--)/);
    const lines: PackageLine[] = [{ text: requirement, at }, ...options.map((text) => ({ text, at }))];
    steps.push({ at, state: { packages: lines } });
  }
  const at = sdkVersion?.at ?? file.predict?.at ?? file.at;
  steps.push({ at, state: { packages: [{ text: sdkRequirement(sdkVersion?.value), at }] } });
  return { steps: [...steps, ...torchNotes(file)], refused };
}

/** The SDK and its server: whatever a requirements file says of them, cog takes its own. */
export function isManaged(name: string | undefined): boolean {
  return name === "cog" || name === "coglet";
}

function sdkRequirement(version: string | undefined): string {
  if (version === "prerelease") return `cog>=${LEAST_SDK}a1`;
  return version === undefined ? `cog>=${LEAST_SDK}` : `cog==${version}`;
}

/** cog chooses among PyTorch's indexes by its own table. */
function torchNotes({ pythonPackages, gpu, cuda }: CogFile): readonly PlanStep[] {
  const torch = pythonPackages.find(({ value }) => /^torch(?:\s*[=<>~!;[]|$)/.test(value));
  if (torch === undefined || /index-url|\+c[pu]/.test(torch.value)) return [];
  const wanted = gpu?.value === true ? `CUDA ${cuda?.value ?? "that its table gives"}` : "the CPU alone";
  const notes = [
    `torch is what the configured index has; cog takes the build for ${wanted} from PyTorch's own index: name that one with extra-index-url`,
  ];
  return [{ at: torch.at, state: {}, notes }];
}

import { OciasmError } from "../errors.ts";
import type { LockInput } from "../input/input.ts";
import type { RequirementsInput } from "../input/request.ts";
import type { BuildConfig } from "./config.ts";
import { present } from "./config.ts";

/** The request as the command line and the configuration want it resolved: they win over what the project says. */
export function askedWith(request: RequirementsInput, config: BuildConfig): RequirementsInput {
  const { resolution, prerelease, excludeNewer, noBinary, onlyBinary } = config;
  const own = present<RequirementsInput["resolution"]>({
    resolution,
    prerelease,
    excludeNewer,
    excludeNewerPackage: undefined,
  });
  const options = present<Partial<RequirementsInput["options"]>>({
    noBinary,
    onlyBinary,
  } as RequirementsInput["options"]);
  return {
    ...request,
    resolution: { ...request.resolution, ...own },
    options: { ...request.options, ...options },
  };
}

/** Throws USAGE when flags that only a resolver follows are given with a lock, which nobody resolves. */
export function refuseSolverFlags(input: LockInput, flags: readonly string[]): void {
  const [first] = flags;
  if (first === undefined) return;
  const all = flags.map((flag) => `--${flag}`).join(" and ");
  throw new OciasmError("USAGE", `${all} ${flags.length === 1 ? "has" : "have"} no effect on a lock: ${input.file}`, {
    hint: `leave --${first} out, or resolve anew with \`ociasm lock\` or -r`,
  });
}

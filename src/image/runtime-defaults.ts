import type { InstallScheme } from "../layers/recipe.ts";
import type { EnvironmentDefaults } from "./environment.ts";
import { packageVariables } from "./package-variables.ts";

/** What our images have where neither the user nor the base says otherwise. */
export interface RuntimeDefaults {
  readonly environment: EnvironmentDefaults;
  /** By number, so that Kubernetes' runAsNonRoot can tell. */
  readonly user: string;
  /** Of that user; named in the environment too, because a user without an account has none otherwise. */
  readonly home: string;
  readonly workdir: string;
  /** Absolute path of Python, for health checks. */
  readonly interpreter: string;
}

/** `packages` as in LayerRecord.packages, all layers together: "torch==2.9.1". */
export function runtimeDefaults(scheme: InstallScheme, packages: readonly string[]): RuntimeDefaults {
  return {
    environment: {
      scripts: `/${scheme.scripts}`,
      root: `/${scheme.data}`,
      variables: packageVariables(packages),
    },
    user: "65532:65532",
    home: "/home/nonroot",
    workdir: "/app",
    interpreter: scheme.interpreter,
  };
}

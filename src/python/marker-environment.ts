import { wheelArchitecture } from "./architecture.ts";
import type { MarkerEnvironment } from "./marker-evaluation.ts";
import type { Target } from "./target.ts";

/** Every marker variable as the target's Python will report it; kernel release and version are not known and empty. */
export function markerEnvironment(target: Target): MarkerEnvironment {
  const { version } = target.python;
  return {
    implementation_name: "cpython",
    implementation_version: version,
    os_name: "posix",
    platform_machine: wheelArchitecture(target.platform),
    platform_python_implementation: "CPython",
    platform_release: "",
    platform_system: "Linux",
    platform_version: "",
    python_full_version: version,
    python_version: version.split(".", 2).join("."),
    sys_platform: "linux",
  };
}

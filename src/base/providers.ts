import { archiveProvider } from "./archive.ts";
import type { Base, BaseDeps, BaseProvider, BaseRequest } from "./base.ts";
import { debianProvider } from "./debian.ts";
import { ociLayoutProvider } from "./oci-layout.ts";
import { registryProvider } from "./registry.ts";
import { scratchProvider } from "./scratch.ts";

/** Every kind of base. The registry comes last: it takes what no other one does. */
export const baseProviders: readonly BaseProvider[] = [
  debianProvider,
  scratchProvider,
  ociLayoutProvider,
  archiveProvider,
  registryProvider,
];

/** Opens the base that `--base` names. The caller closes it. */
export function openBase(spec: string, request: BaseRequest, deps: BaseDeps): Promise<Base> {
  const provider = baseProviders.find((one) => one.matches(spec)) ?? registryProvider;
  return provider.open(spec, request, deps);
}

import { OciasmError } from "../errors.ts";
import type { Base, BaseDeps, BaseProvider, BaseRequest } from "./base.ts";

/** Every kind of base, loaded when it is used. The registry comes last: it takes what no other one does. */
export const baseProviders: readonly BaseProvider[] = [
  lazy("debian", /^deb:/, async () => (await import("./debian.ts")).debianProvider),
  lazy("scratch", /^scratch$/, async () => (await import("./scratch.ts")).scratchProvider),
  lazy("oci-layout", /^oci:/, async () => (await import("./oci-layout.ts")).ociLayoutProvider),
  lazy("archive", /^archive:/, async () => (await import("./archive.ts")).archiveProvider),
  lazy("registry", /^/, async () => (await import("./registry.ts")).registryProvider),
];

function lazy(name: string, form: RegExp, load: () => Promise<Pick<BaseProvider, "open">>): BaseProvider {
  return {
    name,
    matches: (spec) => form.test(spec),
    open: async (spec, request, deps) => (await load()).open(spec, request, deps),
  };
}

/** Opens the base that `--base` names. The caller closes it. */
export async function openBase(spec: string, request: BaseRequest, deps: BaseDeps): Promise<Base> {
  const provider = baseProviders.find((one) => one.matches(spec));
  if (provider === undefined) throw new OciasmError("BUG", `no provider takes the base ${spec}`);
  return provider.open(spec, request, deps);
}

import type { Base, BaseRequest } from "../base/base.ts";
import { openBase } from "../base/providers.ts";
import type { BuildDeps } from "./deps.ts";

/** Opens what the image starts from. The caller closes it. */
export async function baseStep(spec: string, request: Omit<BaseRequest, "offline">, deps: BuildDeps): Promise<Base> {
  deps.report({ type: "phase", phase: "base", detail: spec });
  const { store, http, report, signal, environment, now, offline } = deps;
  return openBase(
    spec,
    { ...request, offline },
    { blobs: store, index: store, http, report, signal, environment, now },
  );
}

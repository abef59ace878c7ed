import type { RetryOptions } from "../net/retry.ts";
import type { RegistryDeps } from "./client.ts";

/** Until the run is interrupted, with the waits that the caller chose. */
export function retryOptions(deps: Pick<RegistryDeps, "signal" | "sleep">): RetryOptions {
  return { signal: deps.signal, ...(deps.sleep === undefined ? {} : { sleep: deps.sleep }) };
}

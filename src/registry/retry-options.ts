import type { RetryOptions } from "../net/retry.ts";
import type { RegistryDeps } from "./client.ts";

type Tries = Pick<RegistryDeps, "signal" | "sleep" | "random" | "attempts">;

/** Until the run is interrupted, as often and with the waits that the caller chose. */
export function retryOptions({ signal, sleep, random, attempts }: Tries): RetryOptions {
  return {
    signal,
    ...(sleep === undefined ? {} : { sleep }),
    ...(random === undefined ? {} : { random }),
    ...(attempts === undefined ? {} : { attempts }),
  };
}

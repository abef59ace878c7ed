import { OciasmError } from "../errors.ts";
import { retrying } from "../net/retry.ts";
import { apiHost } from "../oci/reference.ts";
import { hostCertificates } from "./certificates.ts";
import { bestChallenge, type Challenge } from "./challenge.ts";
import type { RegistryDeps } from "./client.ts";
import { registryError } from "./error.ts";
import { follow } from "./follow.ts";
import { isLoopback } from "./host.ts";
import { retryOptions } from "./retry-options.ts";
import type { RegistrySettings } from "./settings.ts";

/** Where and how a registry is spoken to. */
export interface Endpoint {
  /** Origin, with a slash. */
  readonly base: URL;
  /** Its certificate is not checked. */
  readonly insecure: boolean;
  /** Certificate authorities that count here. */
  readonly caFiles: readonly string[];
  /** How it wants to be logged in to; undefined where it asks for nothing. */
  readonly challenge: Challenge | undefined;
}

/**
 * Asks `/v2/` (distribution-spec, "Determining Support"). HTTPS, but plain HTTP for loopback hosts that have no
 * certificate here; hosts that are insecure by the settings are tried by unchecked HTTPS first, then by HTTP.
 */
export async function findEndpoint(
  registry: string,
  settings: RegistrySettings,
  deps: RegistryDeps,
): Promise<Endpoint> {
  const host = apiHost(registry);
  const own = settings.ca === undefined ? [] : [settings.ca];
  const caFiles = [...own, ...(await hostCertificates(host, deps.environment))];
  const { insecure } = settings;
  if (settings.http || (isLoopback(host) && !insecure && caFiles.length === 0))
    return ping(`http://${host}/`, { insecure: false, caFiles: [] }, deps);
  try {
    return await ping(`https://${host}/`, { insecure, caFiles }, deps);
  } catch (error) {
    if (!insecure || !(error instanceof OciasmError) || error.code !== "NETWORK") throw error;
    return ping(`http://${host}/`, { insecure, caFiles: [] }, deps);
  }
}

type Trust = Pick<Endpoint, "insecure" | "caFiles">;

async function ping(origin: string, trust: Trust, deps: RegistryDeps): Promise<Endpoint> {
  const base = new URL(origin);
  const { signal, http } = deps;
  const response = await retrying(
    async () => {
      const url = new URL("/v2/", base).href;
      const answer = await follow({ method: "GET", url, ...trust, signal }, { http, base });
      if (answer.status < 500 && answer.status !== 429) return answer;
      throw await registryError(answer, `connection to ${base.host}`);
    },
    { ...retryOptions(deps), attempts: trust.insecure ? 1 : (deps.attempts ?? 3) },
  );
  await response.discard();
  // 404 and the like: some registries have no ping, and the requests themselves will tell.
  const wantsLogin = response.status === 401 && new URL(response.url).origin === base.origin;
  return {
    base,
    ...trust,
    challenge: wantsLogin ? bestChallenge(response.headers["www-authenticate"]) : undefined,
  };
}

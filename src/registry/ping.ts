import { OciasmError } from "../errors.ts";
import { retrying } from "../net/retry.ts";
import { bestChallenge, type Challenge } from "./challenge.ts";
import type { RegistryDeps } from "./client.ts";
import { registryError } from "./error.ts";
import { isLoopback } from "./host.ts";
import { retryOptions } from "./retry-options.ts";

/** Where and how a registry is spoken to. */
export interface Endpoint {
  /** Origin, with a slash. */
  readonly base: URL;
  /** Its certificate is not checked. */
  readonly insecure: boolean;
  /** How it wants to be logged in to; undefined where it asks for nothing. */
  readonly challenge: Challenge | undefined;
}

/**
 * Asks `/v2/` (distribution-spec, "Determining Support"). HTTPS, but plain HTTP for loopback hosts; hosts that
 * OCIASM_INSECURE_REGISTRY lists are tried by unchecked HTTPS first, then by HTTP.
 */
export async function findEndpoint(host: string, deps: RegistryDeps): Promise<Endpoint> {
  if (isLoopback(host)) return ping(`http://${host}/`, false, deps);
  if (!insecureHosts(deps.environment).includes(host)) return ping(`https://${host}/`, false, deps);
  try {
    return await ping(`https://${host}/`, true, deps);
  } catch (error) {
    if (!(error instanceof OciasmError) || error.code !== "NETWORK") throw error;
    return ping(`http://${host}/`, true, deps);
  }
}

function insecureHosts(environment: RegistryDeps["environment"]): readonly string[] {
  return (environment["OCIASM_INSECURE_REGISTRY"] ?? "").split(",").map((host) => host.trim());
}

async function ping(origin: string, insecure: boolean, deps: RegistryDeps): Promise<Endpoint> {
  const base = new URL(origin);
  const response = await retrying(
    async () => {
      const answer = await deps.http.request({
        method: "GET",
        url: new URL("/v2/", base).href,
        insecure,
        signal: deps.signal,
      });
      if (answer.status < 500 && answer.status !== 429) return answer;
      throw await registryError(answer, `connection to ${base.host}`);
    },
    { ...retryOptions(deps), attempts: insecure ? 1 : 3 },
  );
  await response.discard();
  // 404 and the like: some registries have no ping, and the requests themselves will tell.
  return {
    base,
    insecure,
    challenge: response.status === 401 ? bestChallenge(response.headers["www-authenticate"]) : undefined,
  };
}

import { performance } from "node:perf_hooks";
import { OciasmError } from "../errors.ts";
import type { Report } from "../events.ts";
import type { HttpClient, HttpRequest, HttpResponse } from "../net/http-client.ts";
import type { RetryOptions, Sleep } from "../net/retry.ts";
import { apiHost } from "../oci/reference.ts";
import { type Access, type Authorizer, createAuthorizer } from "./auth.ts";
import type { Credentials } from "./auth-file.ts";
import { findCredentials } from "./credentials.ts";
import { registryError } from "./error.ts";
import { checkedTarget } from "./host.ts";
import { type Endpoint, findEndpoint } from "./ping.ts";
import { retryOptions } from "./retry-options.ts";

export interface RegistryDeps {
  readonly http: HttpClient;
  readonly report: Report;
  readonly signal: AbortSignal;
  /** Credentials, and OCIASM_INSECURE_REGISTRY: hosts, by comma, that may speak plain HTTP or show any certificate. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Seconds on a clock that only runs forward. */
  readonly clock?: () => number;
  /** How to wait between tries. */
  readonly sleep?: Sleep;
}

export interface RegistryRequest extends Omit<HttpRequest, "url" | "insecure" | "signal"> {
  /** Path below /v2/, or an absolute or relative URL that the registry gave. */
  readonly target: { readonly path: string } | { readonly location: string };
  readonly access: Access;
  /** For messages: "push of layer sha256:…". */
  readonly what: string;
}

/** One registry: knows how to reach it and how to be let in. */
export interface RegistryClient {
  /** As in references: "docker.io", "localhost:5000". */
  readonly registry: string;
  readonly signal: AbortSignal;
  /** For whoever repeats calls. */
  readonly retry: RetryOptions;
  /** Resolves for every status but 401, which becomes REGISTRY_AUTH once a fresh login was refused too. */
  call(request: RegistryRequest): Promise<HttpResponse>;
}

/** Large uploads are authorised when they begin, small requests need a moment only. */
const LONG_LIFE = 60;
const SHORT_LIFE = 10;
const LARGE = 1024 * 1024;

/** Connects on the first call. */
export function createRegistry(registry: string, deps: RegistryDeps): RegistryClient {
  const connect = once(() => findEndpoint(apiHost(registry), deps));
  const login = once(async () => authorizerFor(registry, await connect(), deps));
  return {
    registry,
    signal: deps.signal,
    retry: retryOptions(deps),
    call: async (request) => {
      const [endpoint, authorizer] = [await connect(), await login()];
      const first = await send(request, endpoint, authorizer, deps);
      if (first.status !== 401) return first;
      await first.discard();
      const retry = await authorizer.refused(request.access, first.headers["www-authenticate"]);
      const second = retry ? await send(request, endpoint, authorizer, deps) : first;
      if (second.status !== 401) return second;
      if (second !== first) throw await registryError(second, request.what);
      throw new OciasmError("REGISTRY_AUTH", `${request.what}: ${registry} refused the login`, {
        hint: `log in with \`docker login ${registry}\` or \`podman login ${registry}\``,
      });
    },
  };
}

async function send(
  request: RegistryRequest,
  endpoint: Endpoint,
  authorizer: Authorizer,
  deps: RegistryDeps,
): Promise<HttpResponse> {
  const { target, access, what: _, ...rest } = request;
  const url =
    "path" in target
      ? new URL(`/v2/${target.path}`, endpoint.base)
      : checkedTarget(target.location, endpoint.base, "Location");
  const life = (request.bodySize ?? 0) > LARGE ? LONG_LIFE : SHORT_LIFE;
  // Only the registry itself hears who is asking.
  const authorization = url.origin === endpoint.base.origin ? await authorizer.authorization(access, life) : undefined;
  return deps.http.request({
    ...rest,
    url: url.href,
    headers: { ...rest.headers, ...(authorization === undefined ? {} : { authorization }) },
    insecure: endpoint.insecure,
    signal: deps.signal,
  });
}

function authorizerFor(registry: string, endpoint: Endpoint, deps: RegistryDeps): Authorizer {
  const found = new Map<string, Promise<Credentials | undefined>>();
  return createAuthorizer({
    http: deps.http,
    base: endpoint.base,
    insecure: endpoint.insecure,
    challenge: endpoint.challenge,
    credentials: (repository) => {
      const known = found.get(repository) ?? findCredentials(registry, repository, deps);
      found.set(repository, known);
      return known;
    },
    clock: deps.clock ?? (() => performance.now() / 1000),
    signal: deps.signal,
    retry: retryOptions(deps),
  });
}

/** Runs `work` on the first call and again only after a failure. */
function once<T>(work: () => Promise<T>): () => Promise<T> {
  let running: Promise<T> | undefined;
  return () => {
    running ??= work().catch((error: unknown) => {
      running = undefined;
      throw error;
    });
    return running;
  };
}

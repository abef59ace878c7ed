import { setMaxListeners } from "node:events";
import { performance } from "node:perf_hooks";
import { OciasmError } from "../errors.ts";
import type { Report } from "../events.ts";
import type { HttpClient, HttpRequest, HttpResponse } from "../net/http-client.ts";
import { createPolite } from "../net/polite.ts";
import type { RetryOptions, Sleep } from "../net/retry.ts";
import { type Access, type Authorizer, createAuthorizer } from "./auth.ts";
import type { Credentials } from "./auth-file.ts";
import { bestChallenge } from "./challenge.ts";
import { findCredentials } from "./credentials.ts";
import { registryError } from "./error.ts";
import { follow } from "./follow.ts";
import { checkedTarget } from "./host.ts";
import { createMirror, type Mirror } from "./mirrors.ts";
import { type Endpoint, findEndpoint } from "./ping.ts";
import { retryOptions } from "./retry-options.ts";
import { type RegistrySettings, settingsOf } from "./settings.ts";
import { newHabits, type UploadHabits } from "./upload-habits.ts";

export interface RegistryDeps {
  readonly http: HttpClient;
  readonly report: Report;
  readonly signal: AbortSignal;
  /** Credentials, proxies, and what ./settings.ts reads. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Seconds on a clock that only runs forward. */
  readonly clock?: () => number;
  /** How to wait between tries. */
  readonly sleep?: Sleep;
  /** Tries in all. */
  readonly attempts?: number;
  /** After which a credential helper is given up. */
  readonly helperSeconds?: number;
  /** 0 to 1, spreads the waits of clients that were turned away together. Default: none. */
  readonly random?: () => number;
}

export interface RegistryRequest extends Omit<HttpRequest, "url" | "insecure"> {
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
  readonly uploads: UploadHabits;
  /** Where to read before the registry itself; see ./mirrors.ts. */
  readonly mirrors?: readonly Mirror[];
  /** Connects and logs in ahead of the requests that will need it. Rejects as they would. */
  prepare(access: Access): Promise<void>;
  /** Resolves for every status but 401, which becomes REGISTRY_AUTH once a fresh login was refused too. */
  call(request: RegistryRequest): Promise<HttpResponse>;
}

/** Large uploads are authorised when they begin, small requests need a moment only. */
const LONG_LIFE = 60;
const SHORT_LIFE = 10;
const LARGE = 1024 * 1024;

/** Connects on the first call. */
export function createRegistry(registry: string, deps: RegistryDeps): RegistryClient {
  const { signal, sleep } = deps;
  // One listener a request that is under way: there is no leak to be warned of.
  setMaxListeners(0, signal);
  const http = createPolite(deps.http, { signal, ...(sleep === undefined ? {} : { sleep }) });
  const settings = settingsOf(registry, deps.environment);
  const client = createClient(registry, settings, { ...deps, http });
  const mirrors = settings.mirrors.map((text) =>
    createMirror(text, deps, (host, own) => createClient(host, own, { ...deps, http, attempts: 2 })),
  );
  return mirrors.length === 0 ? client : { ...client, mirrors };
}

function createClient(registry: string, settings: RegistrySettings, deps: RegistryDeps): RegistryClient {
  const connect = once(() => findEndpoint(registry, settings, deps));
  const login = once(async () => authorizerFor(registry, await connect(), deps));
  return {
    registry,
    signal: deps.signal,
    retry: retryOptions(deps),
    uploads: newHabits(),
    prepare: async (access) => void (await (await login()).authorization(access, SHORT_LIFE)),
    call: async (request) => {
      const [endpoint, authorizer] = [await connect(), await login()];
      const first = await send(request, endpoint, authorizer, deps);
      if (!wantsLogin(first, endpoint)) return first;
      await first.discard();
      const retry = await authorizer.refused(request.access, first.headers["www-authenticate"]);
      const second = retry ? await send(request, endpoint, authorizer, deps) : first;
      if (!wantsLogin(second, endpoint)) return second;
      const error = second === first ? refusal(request, registry) : await registryError(second, request.what);
      authorizer.gaveUp(request.access, error);
      throw error;
    },
  };
}

/** Of the registry itself, that is: what another host wants is no reason to log in anywhere. */
function wantsLogin(response: HttpResponse, endpoint: Endpoint): boolean {
  if (new URL(response.url).origin !== endpoint.base.origin) return false;
  if (response.status === 401) return true;
  const challenge = response.status === 403 ? bestChallenge(response.headers["www-authenticate"]) : undefined;
  return challenge?.parameters.get("error") === "insufficient_scope";
}

function refusal(request: RegistryRequest, registry: string): OciasmError {
  return new OciasmError("REGISTRY_AUTH", `${request.what}: ${registry} refused the login`, {
    hint: `log in with \`docker login ${registry}\` or \`podman login ${registry}\``,
  });
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
  const { insecure, caFiles, base } = endpoint;
  const headers = { ...rest.headers, ...(authorization === undefined ? {} : { authorization }) };
  const signal = request.signal ?? deps.signal;
  return follow({ ...rest, url: url.href, headers, insecure, caFiles, signal }, { http: deps.http, base });
}

function authorizerFor(registry: string, endpoint: Endpoint, deps: RegistryDeps): Authorizer {
  const found = new Map<string, Promise<Credentials | undefined>>();
  return createAuthorizer({
    http: deps.http,
    base: endpoint.base,
    insecure: endpoint.insecure,
    caFiles: endpoint.caFiles,
    challenge: endpoint.challenge,
    credentials: (repository, again) => {
      const known = again ? undefined : found.get(repository);
      const credentials = known ?? findCredentials(registry, repository, deps);
      found.set(repository, credentials);
      return credentials;
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

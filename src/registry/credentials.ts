import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { OciasmError, systemCode } from "../errors.ts";
import type { Report } from "../events.ts";
import { type AuthFile, type Credentials, credentialsIn, helperFor, parseAuthFile, secret } from "./auth-file.ts";
import { askHelper } from "./credential-helper.ts";

export interface CredentialDeps {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly report: Report;
  readonly signal: AbortSignal;
  /** After which a helper is given up. */
  readonly helperSeconds?: number;
}

/**
 * Who the user is to a registry, from where they already keep it: OCIASM_AUTH_<HOST>, DOCKER_AUTH_CONFIG,
 * REGISTRY_AUTH_FILE, Docker's config.json, podman's auth.json; in each its helpers first; and for GitHub's registry the
 * token of a workflow. The first that knows the host wins; undefined means anonymous. A source that can't be used is named in a warning and passed over.
 */
export async function findCredentials(
  registry: string,
  repository: string,
  deps: CredentialDeps,
): Promise<Credentials | undefined> {
  const own = deps.environment[environmentName(registry)];
  if (own !== undefined && own !== "") return ownCredentials(own);
  for (const source of sources(deps.environment)) {
    const file = await readSource(source, deps);
    const found = file === undefined ? undefined : await inFile(file, registry, repository, deps);
    if (found !== undefined) return found;
  }
  return workflowCredentials(registry, deps.environment);
}

const GITHUB = "ghcr.io";

// GitHub looks at the token only, but wants a name.
function workflowCredentials(registry: string, environment: CredentialDeps["environment"]): Credentials | undefined {
  const { GITHUB_TOKEN: token, GITHUB_ACTOR: actor } = environment;
  if (registry !== GITHUB || token === undefined || token === "") return undefined;
  return { type: "basic", username: actor || "x-access-token", password: secret(token), isAmbient: true };
}

/** "OCIASM_AUTH_LOCALHOST_5000" for localhost:5000. */
export function environmentName(registry: string): string {
  return `OCIASM_AUTH_${registry.toUpperCase().replace(/[^A-Z0-9]/g, "_")}`;
}

// `user:password`, or a bearer token, which holds no colon.
function ownCredentials(text: string): Credentials {
  const colon = text.indexOf(":");
  if (colon < 0) return { type: "bearer", token: secret(text) };
  return { type: "basic", username: text.slice(0, colon), password: secret(text.slice(colon + 1)) };
}

type Source = { readonly name: string; readonly text: string } | { readonly name: string; readonly path: string };

function sources(environment: CredentialDeps["environment"]): readonly Source[] {
  const set = (name: string): string | undefined => environment[name] || undefined;
  const home = set("HOME") ?? set("USERPROFILE");
  const below = (folder: string | undefined, ...rest: readonly string[]): readonly Source[] =>
    folder === undefined ? [] : [join(folder, ...rest)].map((path) => ({ name: path, path }));
  const inline = set("DOCKER_AUTH_CONFIG");
  const config = set("XDG_CONFIG_HOME") ?? (home === undefined ? undefined : join(home, ".config"));
  return [
    ...(inline === undefined ? [] : [{ name: "DOCKER_AUTH_CONFIG", text: inline }]),
    ...below(set("REGISTRY_AUTH_FILE")),
    ...below(set("DOCKER_CONFIG") ?? (home === undefined ? undefined : join(home, ".docker")), "config.json"),
    ...below(set("XDG_RUNTIME_DIR"), "containers", "auth.json"),
    ...below(config, "containers", "auth.json"),
  ];
}

async function readSource(source: Source, deps: CredentialDeps): Promise<AuthFile | undefined> {
  try {
    return parseAuthFile("text" in source ? source.text : await readFile(source.path, "utf8"));
  } catch (error) {
    const absent = systemCode(error) === "ENOENT" || systemCode(error) === "ENOTDIR";
    // No cause and no excerpt: a file that is almost JSON is still full of passwords.
    if (!absent) deps.report({ type: "warning", message: `${source.name} can't be read as a credentials file` });
    return undefined;
  }
}

async function inFile(
  file: AuthFile,
  registry: string,
  repository: string,
  deps: CredentialDeps,
): Promise<Credentials | undefined> {
  const helper = helperFor(file, registry);
  if (helper === undefined) return credentialsIn(file, registry, repository);
  try {
    const found = await askHelper(helper, registry, deps);
    if (found !== undefined) return found;
  } catch (error) {
    if (!(error instanceof OciasmError) || error.code === "INTERRUPTED") throw error;
    deps.report({ type: "warning", message: error.message, ...(error.hint === undefined ? {} : { hint: error.hint }) });
  }
  return credentialsIn(file, registry, repository);
}

import type { RegistryFailure } from "./error.ts";

/** What registries say when they refuse, and what helps. The first that fits is taken. */
const HINTS: readonly (readonly [pattern: RegExp, hint: string])[] = [
  [
    /write_package/,
    "give this repository's workflow write access in the package's settings, under Manage Actions access, and `packages: write` to its token",
  ],
  [/authorization token has expired/i, "log in again: the registry's passwords last some hours"],
  [/artifactregistry\.repositories\.|storage\.objects\./, "give the account the role Artifact Registry Writer"],
  [/quota|exceed the configured upper limit/i, "free space in the registry, or ask for more"],
  [
    /RepositoryNotFoundException|repository with name .* does not exist/i,
    "create the repository first, e.g. with `aws ecr create-repository`, or let the registry create repositories on push",
  ],
  [/project .{1,200} not found/i, "create the project in the registry first"],
];

const LOGIN =
  "log in with `docker login` or `podman login`, or set OCIASM_AUTH_<HOST>, with an account that may do this";
const HUB_LOGIN =
  "log in with `docker login`, and push to your own user's or organisation's name: docker.io/NAME/REPOSITORY";
const ECR = /\.dkr\.ecr\.[^.]+\.amazonaws\.com(?:\.cn)?$/;

/** One thing to do about a refusal of `host`; undefined where nothing is known to help. */
export function hintFor(failure: RegistryFailure, denied: boolean, host: string): string | undefined {
  const known = HINTS.find(([pattern]) => pattern.test(failure.text));
  if (known !== undefined) return known[1];
  if (failure.codes.includes("NAME_UNKNOWN")) return missingRepository(host);
  if (denied && (host === "registry-1.docker.io" || host === "auth.docker.io")) return HUB_LOGIN;
  return denied ? LOGIN : undefined;
}

/** For a first request that was answered by a cut: some registries do that where they miss the repository. */
export function uploadStartHint(registry: string, repository: string): string | undefined {
  return ECR.test(registry) ? `${missingRepository(registry)}; it would be ${repository}` : undefined;
}

function missingRepository(host: string): string {
  if (!ECR.test(host)) return "create the repository in the registry first";
  return "create the repository first with `aws ecr create-repository`, or let the registry create repositories on push";
}

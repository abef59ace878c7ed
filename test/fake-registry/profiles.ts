import { type Profile, SPEC, type TokenProfile } from "./profile.ts";

const MIB = 1024 * 1024;

/** What a profile or a test sets differently. */
export type ProfileChanges = Omit<Partial<Profile>, "name" | "token"> & { readonly token?: Partial<TokenProfile> };

export type ProfileName =
  | "spec"
  | "ghcr"
  | "ecr"
  | "gar"
  | "acr"
  | "hub"
  | "quay"
  | "harbor"
  | "gitlab"
  | "artifactory"
  | "zot"
  | "dist2"
  | "dist3"
  | "r2";

const DISTRIBUTION: ProfileChanges = { referrers: false, manifestTooLarge: 400, singlePost: false };

/** What each vendor's registry does otherwise than `spec`. */
const DIFFERENCES: Readonly<Record<ProfileName, ProfileChanges>> = {
  spec: {},
  /** GitHub: 4 MiB a ranged request, no referrers API. */
  ghcr: {
    auth: "bearer",
    location: "relative",
    maxRangedBytes: 4 * MIB,
    referrers: false,
    redirectsPulls: true,
    singlePost: false,
    token: { form: "opaque" },
  },
  /** Amazon: Basic only, PATCH 201 with a Range that stays at the first chunk, mounts only of what a manifest names. */
  ecr: {
    auth: "basic",
    location: "absolute",
    mount: "referenced",
    patchStatus: 201,
    patchRange: "stuck",
    redirectsPulls: true,
    maxManifestBytes: 4 * MIB,
    immutableTags: { status: 400, code: "TAG_INVALID" },
  },
  /** Google: no chunks, downloads from the storage host. */
  gar: {
    auth: "bearer",
    location: "relative",
    chunks: false,
    redirectsPulls: true,
    token: { post: 404, form: "opaque", silentLifetime: true },
  },
  /** Azure: OAuth2 first, access_token, strict ranges. */
  acr: {
    auth: "bearer",
    location: "relative",
    redirectsPulls: true,
    token: { member: "access_token", silentLifetime: true },
  },
  /** Docker Hub: one scope that is not there fails the whole token. */
  hub: {
    auth: "bearer",
    anonymousPull: true,
    referrers: false,
    redirectsPulls: true,
    mountWithoutScope: "session",
    token: { foreignScope: "deny" },
  },
  /** Quay: no mount without `from`. */
  quay: { auth: "bearer", location: "absolute", mountRefusal: 400, redirectsPulls: true },
  harbor: {
    auth: "bearer",
    location: "relative",
    immutableTags: { status: 412, code: "PRECONDITION" },
    token: { post: 404 },
  },
  /** GitLab: refuses foreign scopes, keeps the last one, short tokens. */
  gitlab: {
    auth: "bearer",
    location: "absolute",
    referrers: false,
    token: { foreignScope: "deny", lifetimeSeconds: 60, post: 404 },
  },
  /** Artifactory: never mounts, says 403 where it means 404, has no OAuth2. */
  artifactory: {
    auth: "bearer",
    mount: "never",
    missingStatus: 403,
    location: "absolute",
    token: { post: 401, form: "opaque" },
  },
  /** zot: the spec, with everything that is optional. */
  zot: { mount: "anonymous", location: "relative" },
  /** docker-registry 2.8: no resume, no range checks, Accept is taken seriously, sha256 whatever was asked. */
  dist2: {
    ...DISTRIBUTION,
    oldLocation: "unknown",
    ignoresContentRange: true,
    answersSha256: true,
    strictAccept: true,
    deleteTags: false,
    tagPages: false,
  },
  dist3: { ...DISTRIBUTION, oldLocation: "range" },
  /** Cloudflare R2 behind its edge: bodies are capped, and the cap is told. */
  r2: { auth: "basic", location: "relative", maxBodyBytes: 500 * MIB, chunkMaxBytes: 500 * MIB, referrers: false },
};

export const PROFILE_NAMES: readonly ProfileName[] = Object.keys(DIFFERENCES) as ProfileName[];

/** A vendor's profile with changes of one's own. */
export function profileOf(name: ProfileName, changes: ProfileChanges = {}): Profile {
  const own: ProfileChanges = DIFFERENCES[name];
  return { ...SPEC, ...own, ...changes, name, token: { ...SPEC.token, ...own.token, ...changes.token } };
}

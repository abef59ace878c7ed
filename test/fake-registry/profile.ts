/** How one vendor's registry differs from the letter of distribution-spec. Data only; ./uploads.ts and others obey it. */
export interface Profile {
  readonly name: string;
  readonly auth: "none" | "basic" | "bearer";
  /** Pull without a user. */
  readonly anonymousPull: boolean;
  readonly token: TokenProfile;

  /** Mounts: as the spec says, from anywhere even without `from`, only what a manifest names, or never. */
  readonly mount: "spec" | "anonymous" | "referenced" | "never";
  /** Status of a mount that is not made; 202 opens a session. */
  readonly mountRefusal: number;
  /** What a mount gets whose token may not pull from the source. */
  readonly mountWithoutScope: "challenge" | "session";

  readonly location: "relative" | "absolute" | "state" | "storage";
  /** An upload's old Location, where it carries a state: taken all the same, 404, or 416. */
  readonly oldLocation: "taken" | "unknown" | "range";
  readonly chunks: boolean;
  readonly patchStatus: 201 | 202 | 204;
  /** The Range of a PATCH answer: as in the spec, stuck at the first chunk, none, or with a unit. */
  readonly patchRange: "spec" | "stuck" | "none" | "unit";
  readonly ignoresContentRange: boolean;
  /** Bodies with Content-Range above this get 416. */
  readonly maxRangedBytes: number | undefined;
  /** Any body above this gets 413. */
  readonly maxBodyBytes: number | undefined;
  readonly chunkMinBytes: number | undefined;
  readonly chunkMaxBytes: number | undefined;
  /** Takes a blob by one POST. */
  readonly singlePost: boolean;
  /** Docker-Content-Digest is sha256 whatever the client used. */
  readonly answersSha256: boolean;

  /** A repository that nobody pushed to: made by the first push, 404, or the connection is closed on it. */
  readonly missingRepository: "create" | "unknown" | "close";
  /** Status for content that is not there. */
  readonly missingStatus: 404 | 403;

  readonly maxManifestBytes: number;
  readonly manifestTooLarge: 400 | 413;
  readonly checksManifests: boolean;
  /** Answers for a tag that exists already with another digest. */
  readonly immutableTags: { readonly status: number; readonly code: string } | undefined;
  /** Manifests are only given to who accepts their type. */
  readonly strictAccept: boolean;
  readonly referrers: boolean;
  readonly deleteTags: boolean;
  readonly tagPages: boolean;

  /** Blobs are read from the storage host. */
  readonly redirectsPulls: boolean;
  /** The storage host takes no request that carries credentials. */
  readonly storageRefusesAuthorization: boolean;
}

export interface TokenProfile {
  readonly get: boolean;
  /** Status of the OAuth2 POST; 200: it works. */
  readonly post: number;
  readonly lifetimeSeconds: number;
  /** Leaves expires_in out. */
  readonly silentLifetime: boolean;
  readonly member: "token" | "access_token";
  /** A token that tells its rights (`access` claim), or one that says nothing. */
  readonly form: "jwt" | "opaque";
  readonly scopes: "all" | "first" | "last";
  /** A scope that the user has no right to, or a repository that is not there: left out, or the whole request fails. */
  readonly foreignScope: "drop" | "deny";
}

const SPEC_TOKEN: TokenProfile = {
  get: true,
  post: 200,
  lifetimeSeconds: 300,
  silentLifetime: false,
  member: "token",
  form: "jwt",
  scopes: "all",
  foreignScope: "drop",
};

/** The spec and nothing else, open to everybody. */
export const SPEC: Profile = {
  name: "spec",
  auth: "none",
  anonymousPull: false,
  token: SPEC_TOKEN,
  mount: "spec",
  mountRefusal: 202,
  mountWithoutScope: "challenge",
  location: "state",
  oldLocation: "taken",
  chunks: true,
  patchStatus: 202,
  patchRange: "spec",
  ignoresContentRange: false,
  maxRangedBytes: undefined,
  maxBodyBytes: undefined,
  chunkMinBytes: undefined,
  chunkMaxBytes: undefined,
  singlePost: true,
  answersSha256: false,
  missingRepository: "create",
  missingStatus: 404,
  maxManifestBytes: 4 * 1024 * 1024,
  manifestTooLarge: 413,
  checksManifests: true,
  immutableTags: undefined,
  strictAccept: false,
  referrers: true,
  deleteTags: true,
  tagPages: true,
  redirectsPulls: false,
  storageRefusesAuthorization: true,
};

import type { PythonArchive } from "../base/standalone-fetch.ts";
import type { GroupAccount, UserAccount } from "../layers/accounts.ts";
import type {
  AccountsConfig,
  BuildConfig,
  CompressionConfig,
  ConflictConfig,
  FilesConfig,
  LayerGroupConfig,
  LayersConfig,
  LeaveOutConfig,
  RegistryConfig,
  WeightsConfig,
} from "./config.ts";
import { imageFields } from "./config-image.ts";
import {
  BYTECODE_SCOPES,
  EXCLUDE_NEWER,
  INDEX_STRATEGIES,
  MAX_ID,
  PLATFORM,
  PRERELEASES,
  PYTHON,
  RESOLUTIONS,
  readBytes,
  readCompression,
  readLayerSize,
  readLibc,
  readMode,
  readOwner,
  readPatterns,
  SHA256,
  SNAPSHOT,
} from "./config-values.ts";
import {
  converted,
  count,
  type Decoder,
  either,
  type JsonSchema,
  list,
  mapOf,
  object,
  oneOf,
  text,
  yesNo,
} from "./decoder.ts";
import type { ExtraFile } from "./extra-file.ts";

const names = (help: string): Decoder<readonly string[]> => converted(list(help, text("Package name")), readPatterns);

const layerGroup: Decoder<LayerGroupConfig> = object(
  "Packages that share one layer",
  { name: text("Name of the layer"), packages: names("Package names; * stands for any letters") },
  { required: ["name", "packages"] },
);

const layers: Decoder<LayersConfig> = object(
  "How the packages are dealt out to layers",
  {
    budget: count("Layers of the whole image, the base's included", 1, 125),
    policy: text("auto, one, per-package, classic, or a policy file"),
    floor: converted(text("Size of a wheel from which on it may have a layer of its own: 512KiB"), readBytes),
    maxLayerSize: converted(text("Larger groups are cut by wheel, larger wheels by file: 1GiB"), readLayerSize),
    groups: list("Packages that belong together", layerGroup),
    pin: names("Packages that have a layer each; * stands for any letters"),
    order: list("Titles of the layers that come first in the image; * stands for any letters", text("Title")),
  },
  { later: ["reserve", "plan"] },
);

const codec: Decoder<CompressionConfig> = object(
  "Name and level",
  { name: oneOf("Format of the layers", ["gzip", "zstd", "none"]), level: count("As the format has it", 0, 22) },
  { required: ["name"] },
);

export const compression: Decoder<CompressionConfig> = either(
  "How layers are compressed",
  converted(text("gzip, zstd or none, with ,level=N"), readCompression),
  codec,
);

const paths = list("Paths below site-packages, or absolute in the image; * and ** allowed", text("Image path"));

const conflict: Decoder<ConflictConfig> = object(
  "Which package provides a file that several bring along",
  {
    winner: text("Package whose file stays"),
    over: list("Packages that yield", text("Package name")),
    paths,
  },
  { required: ["winner", "over", "paths"] },
);

const leaveOut: Decoder<LeaveOutConfig> = object(
  "Files that packages bring and the image does without",
  { packages: list("Packages", text("Package name")), paths },
  { required: ["packages", "paths"] },
);

const extraFile: Decoder<ExtraFile> = object(
  "A file or folder with a place of its own",
  {
    from: text("Path, relative to the context"),
    to: text("Path in the image; one that ends in a slash is a folder"),
    mode: converted(text("Permission bits, octal: 0644"), readMode),
    uid: count("Owner", 0, 4_294_967_295),
    gid: count("Group", 0, 4_294_967_295),
  },
  { required: ["from", "to"] },
);

const files: Decoder<FilesConfig> = object("The project's files", {
  include: list("Only files that match are taken (gitignore patterns)", text("Pattern")),
  exclude: list("Files to leave out, beyond the ignore files (gitignore patterns)", text("Pattern")),
  keep: list("Files to take although they are ignored or look like a secret (gitignore patterns)", text("Pattern")),
  extra: list("Further files and folders", extraFile),
  owner: converted(text("UID or UID:GID of the project's files; 0:0 when left out"), readOwner),
  destination: text("Folder in the image; /app when left out", /^\//, "an absolute path"),
});

const accountName = text("Name", /^[a-z_][a-z0-9_-]{0,31}$/, "a name such as app: small letters, digits, _ and -");

const user: Decoder<UserAccount> = object(
  "A line of /etc/passwd, and a home that only the user may read",
  {
    name: accountName,
    uid: count("User id", 0, MAX_ID),
    gid: count("Group id; the uid when left out", 0, MAX_ID),
    shell: text("Login shell; /bin/sh when left out", /^\/[^:\s]*$/, "an absolute path"),
    home: text("Home; /home/NAME when left out, /nonexistent for none", /^\/[^:\s]*$/, "an absolute path"),
  },
  { required: ["name", "uid"] },
);

const group: Decoder<GroupAccount> = object(
  "A line of /etc/group",
  {
    name: accountName,
    gid: count("Group id", 0, MAX_ID),
    members: list("Users that are in it besides those whose gid it is", accountName),
  },
  { required: ["name", "gid"] },
);

export const accounts: Decoder<AccountsConfig> = object("Users and groups beyond the base's", {
  users: list("Users", user),
  groups: list("Groups", group),
});

const weights: Decoder<WeightsConfig> = object(
  "A file or folder that fills a layer of its own and is no part of the project's",
  {
    name: text("Title of the layer"),
    source: text("Path, relative to the context"),
    target: text("Path in the image; one that ends in a slash is a folder"),
    mode: converted(text("Permission bits, octal: 0444"), readMode),
  },
  { required: ["name", "source", "target"] },
);

const registry: Decoder<RegistryConfig> = object("One registry", {
  mirrors: list("Where to read first, never to push: HOST, HOST:PORT or HOST/PREFIX, in order", text("Mirror")),
  ca: text("PEM file of authorities that count for this registry alone"),
  insecure: yesNo("true takes any certificate, and plain http where there is no TLS"),
  http: yesNo("true speaks plain http"),
});

const standalonePython: Decoder<PythonArchive> = object(
  "A standalone Python to lay on the base, as an archive with one folder python",
  {
    url: text("URL, or path relative to the context"),
    sha256: text("sha256 of the archive", SHA256, "64 hex digits"),
  },
  { required: ["url", "sha256"] },
);

/** Keys of neighbours' configurations that will have a meaning here. */
export const LATER: readonly string[] = ["certificates", "constraints-file", "format", "secrets"];

/** Every key of the configuration. schema/ociasm.schema.json is written from it. */
export const configDecoder: Decoder<BuildConfig> = object<BuildConfig>(
  "ociasm.yaml, or [tool.ociasm] in pyproject.toml",
  {
    base: text("deb:SUITE, scratch, oci:DIR, archive:FILE or a registry reference"),
    platforms: list("Target platforms", text("OS/ARCH[/VARIANT]", PLATFORM, "such as linux/arm64")),
    python: either(
      "Target Python; the base's when left out",
      text("Version", PYTHON, "a version such as 3.12"),
      standalonePython,
    ),
    libc: converted(text("Target libc, glibc:2.36 or musl:1.2; the base's when left out"), readLibc),
    lock: text("The lock file"),
    requirements: list("Requirements files, pyproject.toml or scripts", text("Path")),
    constraints: list("Constraints files", text("Path")),
    overrides: list("Files of requirements that replace others of their name", text("Path")),
    groups: list("Dependency groups to include", text("Name")),
    extras: list("Extras to include", text("Name")),
    allExtras: yesNo("true includes every extra"),
    defaultGroups: yesNo("false leaves out the default groups of the lock"),
    package: text("Project of a workspace; the one in the context when left out"),
    resolution: oneOf("Which of the versions that fit is taken; highest when left out", RESOLUTIONS),
    prerelease: oneOf("When pre-releases are taken; if-necessary when left out", PRERELEASES),
    excludeNewer: text("Files uploaded later are left out", EXCLUDE_NEWER, "a date such as 2026-01-31, or RFC 3339"),
    noBinary: list("Packages of which no wheel is taken, or :all:", text("Name")),
    onlyBinary: list("Packages of which only wheels are taken, or :all:; none of them is built", text("Name")),
    noBuild: yesNo("true builds nothing from sources: every package must have a wheel"),
    installProject: yesNo("true installs the project as a package, built by its own backend"),
    system: list("Debian packages to add; auto for what the wheels need", text("Name")),
    debMirror: text("Debian mirror; this host's apt sources when left out"),
    snapshot: text("Timestamp of a Debian snapshot mirror", SNAPSHOT, "such as 20261101T000000Z"),
    indexUrl: text("Package index; pip's and uv's configuration when left out"),
    extraIndexUrl: list("Further indexes", text("URL")),
    findLinks: list("Folders and pages with wheels", text("Path or URL")),
    noIndex: yesNo("Ask no index, only find-links"),
    trustedHost: list("Hosts allowed without TLS verification", text("Host")),
    indexStrategy: oneOf("The first index that has a name, or all", INDEX_STRATEGIES),
    ...imageFields,
    layers,
    compression,
    conflicts: list("Who wins where packages bring the same file", conflict),
    leaveOut: list("Files of packages that the image does without", leaveOut),
    files,
    accounts,
    weights: list("Models and other large files, one layer each", weights),
    tags: list("Names of the image", text("Reference")),
    outputs: list("Where the image goes: type=oci,dest=PATH, type=docker,dest=FILE, type=registry", text("Spec")),
    cacheFrom: list("Images of earlier builds to take layers from, besides those at the tags", text("Reference")),
    bytecode: oneOf("Which modules have bytecode in the image", BYTECODE_SCOPES),
    registryCache: yesNo("false takes no layers from images of earlier builds"),
    insecureRegistries: list("Registries to reach by plain http", text("Host")),
    registries: mapOf("How registries are reached, by host", registry),
  },
  { later: LATER },
);

/** The published JSON Schema (draft 2020-12). */
export function configJsonSchema(): JsonSchema {
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    title: "ociasm",
    ...configDecoder.schema,
  };
}

import { BYTECODE_SCOPES, INDEX_STRATEGIES, PRERELEASES, RESOLUTIONS } from "../build/config-values.ts";

/** A flag of the command line; the source of parsing, help, environment twins and shell completion. */
export interface Flag {
  readonly name: string;
  readonly short?: string;
  /** What follows it: nothing, one value, or one value each time it is given. */
  readonly takes: "nothing" | "value" | "list";
  /** Shown in help: `--tag REF`. */
  readonly placeholder?: string;
  readonly help: string;
  /** The only values there are. */
  readonly choices?: readonly string[];
  /** A path, for shell completion. */
  readonly path?: boolean;
  /** Commas separate values too. */
  readonly commas?: boolean;
}

export interface FlagGroup {
  readonly title: string;
  readonly flags: readonly Flag[];
}

function flag(name: string, help: string, more: Partial<Flag> = {}): Flag {
  return { name, help, takes: more.placeholder === undefined ? "nothing" : "value", ...more };
}

function list(name: string, placeholder: string, help: string, more: Partial<Flag> = {}): Flag {
  return { name, help, placeholder, takes: "list", ...more };
}

export const GLOBAL: FlagGroup = {
  title: "Everywhere",
  flags: [
    flag("help", "show this", { short: "h" }),
    flag("quiet", "say nothing but the result and errors", { short: "q" }),
    flag("verbose", "say more; stack traces too", { short: "v" }),
    flag("progress", "how progress looks", {
      placeholder: "STYLE",
      choices: ["auto", "tty", "plain", "json", "github", "quiet"],
    }),
    flag("json", "print one JSON document on stdout"),
    flag("cache-dir", "where wheels, layers and images are kept", { placeholder: "DIR", path: true }),
    flag("offline", "use no network"),
    flag("jobs", "threads that assemble layers", { short: "j", placeholder: "N" }),
  ],
};

/** Of verbs that get all else from a file of parameters. */
export const PLUMBING: FlagGroup = {
  title: "Plumbing",
  flags: GLOBAL.flags.filter(({ name }) => !["cache-dir", "offline", "jobs"].includes(name)),
};

const CONFIG_FILE: Flag = flag("file", "configuration (default: ociasm.yaml, [tool.ociasm])", {
  short: "f",
  placeholder: "FILE",
  path: true,
});

export const INPUT: FlagGroup = {
  title: "What to build from",
  flags: [
    { ...CONFIG_FILE, help: "configuration (default: ociasm.yaml, [tool.ociasm], cog.yaml)" },
    flag("lock", "a lock file", { placeholder: "FILE", path: true }),
    list("requirement", "FILE", "a requirements file, pyproject.toml or script", { short: "r", path: true }),
    list("constraint", "FILE", "a constraints file", { short: "c", path: true }),
    list("group", "NAME", "dependency group to include"),
    list("extra", "NAME", "extra to include"),
    flag("all-extras", "include every extra"),
    flag("no-dev", "leave out the default development groups"),
    flag("package", "project of a workspace to build (default: the one in CONTEXT)", { placeholder: "NAME" }),
    list("platform", "OS/ARCH", "target platforms (default linux/amd64)", { commas: true }),
    flag("python", "target Python (default: the base's), or a standalone one as URL#sha256=HEX", {
      placeholder: "VERSION",
    }),
    flag("libc", "target libc, glibc:2.36 or musl:1.2 (default: the base's)", { placeholder: "LIBC" }),
    flag("base", "deb:SUITE, scratch, oci:DIR, archive:FILE or a reference", { placeholder: "BASE" }),
    list("system", "NAME", "Debian package to add, or auto for what wheels need", { commas: true }),
    flag("deb-mirror", "Debian mirror (default: this host's apt sources)", { placeholder: "URL" }),
    flag("snapshot", "timestamp of a Debian snapshot mirror", { placeholder: "TIMESTAMP" }),
  ],
};

export const RESOLVING: FlagGroup = {
  title: "Resolving",
  flags: [
    flag("locked", "fail if the lock does not match what it was made from"),
    flag("frozen", "use the lock and check nothing"),
    list("override", "FILE", "requirements that replace others of their name", { path: true }),
    flag("prerelease", "when pre-releases are taken (default if-necessary)", {
      placeholder: "WHEN",
      choices: PRERELEASES,
    }),
    flag("resolution", "which of the versions that fit (default highest)", {
      placeholder: "WHICH",
      choices: RESOLUTIONS,
    }),
    flag("exclude-newer", "leave out files uploaded later: 2026-01-31, or RFC 3339", { placeholder: "DATE" }),
    list("no-binary", "NAME", "take no wheels of this package, or of :all:", { commas: true }),
    list("only-binary", "NAME", "take wheels only of this package, or of :all:", { commas: true }),
    flag("no-build", "build nothing from sources"),
    flag("install-project", "install the project as a package, built by its own backend"),
  ],
};

export const INIT: FlagGroup = {
  title: "The configuration",
  flags: [
    flag("from", "a Dockerfile or cog.yaml to convert; what can't be is listed", { placeholder: "FILE", path: true }),
    flag("force", "overwrite what is there"),
  ],
};

export const LOCKING: FlagGroup = {
  title: "The lock",
  flags: [
    flag("output-file", "where it is written (default: pylock.toml in CONTEXT)", {
      short: "o",
      placeholder: "FILE",
      path: true,
    }),
    flag("check", "write nothing; fail if the lock would change"),
    flag("upgrade", "take new versions where there are any"),
    flag("upgrade-base", "take the base as it is now"),
    list("upgrade-package", "NAME", "take a new version of this package", { short: "P" }),
  ],
};

export const INDEX: FlagGroup = {
  title: "Package indexes",
  flags: [
    flag("index-url", "index (default: pip's and uv's configuration)", { short: "i", placeholder: "URL" }),
    list("extra-index-url", "URL", "further index"),
    list("find-links", "PATH|URL", "folder or page with wheels"),
    flag("no-index", "ask no index, only --find-links"),
    list("trusted-host", "HOST", "allow this host without TLS verification"),
    flag("index-strategy", "the first index that has the name, or all (default: as pip or uv are configured)", {
      placeholder: "HOW",
      choices: INDEX_STRATEGIES,
    }),
  ],
};

export const LAYERS: FlagGroup = {
  title: "Layers",
  flags: [
    flag("max-layers", "budget, the base's layers included (default 72)", { placeholder: "N" }),
    flag("layer-policy", "auto, one, per-package, classic, or a policy file", { placeholder: "NAME|FILE", path: true }),
    flag("compression", "gzip, zstd or none, with ,level=N", { placeholder: "NAME" }),
    flag("bytecode", "which modules have bytecode, so that they start at once (default entry)", {
      placeholder: "WHICH",
      choices: BYTECODE_SCOPES,
    }),
    flag("no-cache", "make every layer anew"),
    list("cache-from", "REF", "image of an earlier build to take layers from; those at the tags pushed to are as well"),
    flag("no-registry-cache", "take no layers from images of earlier builds"),
    flag("source-date-epoch", "seconds since 1970 for the image and its files", { placeholder: "SECONDS" }),
  ],
};

export const PLAN: FlagGroup = {
  title: "The plan",
  flags: [
    flag("write", "keep it: FILE.yaml as a policy for --layer-policy, FILE.json or FILE.bzl for build systems", {
      placeholder: "FILE",
      path: true,
    }),
    flag("check", "fail if FILE, which --write wrote, has another plan", { placeholder: "FILE", path: true }),
  ],
};

export const PRUNE: FlagGroup = {
  title: "What is removed",
  flags: [flag("all", "layers that no image has, and all notes, too")],
};

export const RUNTIME: FlagGroup = {
  title: "How the image runs",
  flags: [
    flag("entrypoint", "JSON array or shell words", { placeholder: "CMD" }),
    flag("cmd", "JSON array or shell words", { placeholder: "CMD" }),
    list("env", "K=V", "environment variable", { short: "e" }),
    flag("user", "user or uid, with :group", { placeholder: "USER" }),
    flag("workdir", "working directory", { placeholder: "DIR" }),
    list("expose", "PORT", "port that the program listens on"),
    list("volume", "PATH", "mount point"),
    list("label", "K=V", "label"),
    list("annotation", "[WHERE:]K=V", "annotation of manifest:, index: or manifest-descriptor:"),
    flag("stop-signal", "signal that stops it", { placeholder: "SIGNAL" }),
    flag("healthcheck", "command, or http://:PORT/PATH", { placeholder: "CMD" }),
  ],
};

export const OUTPUT: FlagGroup = {
  title: "Where it goes",
  flags: [
    list("tag", "REF", "name of the image", { short: "t" }),
    flag("push", "push it to the registry of its tags"),
    flag("load", "load it into docker, podman or containerd"),
    list("output", "SPEC", "type=oci,dest=PATH[,tar=false] | type=docker,dest=FILE | type=registry", { short: "o" }),
    list("insecure-registry", "HOST", "registry to reach by plain http"),
    flag("metadata-file", "write what was built as JSON", { placeholder: "FILE", path: true }),
    flag("iidfile", "write the image's config digest", { placeholder: "FILE", path: true }),
  ],
};

/** How registries are reached. */
const REACH: readonly Flag[] = [list("insecure-registry", "HOST", "registry to reach by plain http"), CONFIG_FILE];
const ONE_PLATFORM: Flag = flag("platform", "the image of this platform only (default: all)", {
  placeholder: "OS/ARCH",
});

const ONE_OF_THEM: Flag = flag("platform", "of an image for several (default linux/amd64)", { placeholder: "OS/ARCH" });

export const PULL: FlagGroup = {
  title: "What is pulled, and where it goes",
  flags: [
    list("tag", "REF", "name it gets (default: its own)", { short: "t" }),
    list("output", "SPEC", "as build's, e.g. type=docker (default: the local store)", { short: "o" }),
    ONE_PLATFORM,
    ...REACH,
  ],
};

export const COPY: FlagGroup = { title: "What is copied", flags: [ONE_PLATFORM, ...REACH] };

export const LOOK: FlagGroup = { title: "Which image", flags: [ONE_OF_THEM, ...REACH] };

export const DIFF: FlagGroup = {
  title: "The comparison",
  flags: [
    flag("files", "compare files too, whatever has to be read for that"),
    flag("format", "how it is written", { placeholder: "FORMAT", choices: ["text", "markdown"] }),
  ],
};

export const ANALYZE: FlagGroup = {
  title: "The analysis",
  flags: [
    flag("html", "write a page that stands alone", { placeholder: "FILE", path: true }),
    flag("deep", "read the bytes of layers whose listing is known, too: finds keys and debug symbols in them"),
    flag("unused", "look for packages that nothing imports; reads every layer"),
    flag("files", "with --json: name every file of every layer"),
    flag("max-size", "fail if more is to be pulled: 500MB", { placeholder: "SIZE" }),
    flag("max-wasted", "fail if layers waste more, as dive counts it: 10MB, 5%", { placeholder: "SIZE|SHARE" }),
    flag("max-reclaimable", "fail if the image could do without more: 10MB, 5%", { placeholder: "SIZE|SHARE" }),
  ],
};

export const REGISTRIES: FlagGroup = { title: "Registries", flags: REACH };

export const MERGE: FlagGroup = {
  title: "The index",
  flags: [
    list("tag", "REF", "further name", { short: "t" }),
    list("annotation", "[WHERE:]K=V", "annotation of index: (default) or manifest-descriptor:"),
    ...REACH,
  ],
};

export const INSPECT: FlagGroup = {
  title: "What is shown",
  flags: [
    flag("raw", "the manifest or index as it is, byte for byte"),
    flag("config", "the image's config as it is"),
    ONE_PLATFORM,
    ...REACH,
  ],
};

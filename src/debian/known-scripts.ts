/** A package whose maintainer scripts were read, and where what they make is. */
interface KnownScript {
  readonly packages: RegExp;
  readonly why: string;
}

/** Most are the base's own. `why` is for readers: what the image has instead, or why it does without. */
const KNOWN_SCRIPTS: readonly KnownScript[] = [
  { packages: /^(?:base-files|base-passwd|netbase|tzdata|libc-bin|debianutils)$/, why: "layout/debian/common.yaml" },
  { packages: /^ca-certificates$/, why: "the bundle is generated (ca-certificates/1); one file, no hashed links" },
  { packages: /^ca-certificates-java$/, why: "the keystore is generated (java-cacerts/1)" },
  { packages: /^openssl$/, why: "links in usr/lib/ssl: layout/debian/common.yaml" },
  { packages: /^(?:dash|bash)$/, why: "/bin/sh is dash's own link; bash takes it over only where it dangles" },
  {
    packages: /^(?:libc6|coreutils|dpkg|login|util-linux|git|usr-is-merged|usrmerge)$/,
    why: "upgrades and logins only",
  },
  {
    packages: /^python3(?:\.\d+)?(?:-minimal|-venv|-distutils|-lib2to3)?$/,
    why: "bytecode, and hooks of Debian's own Python packages",
  },
  {
    packages:
      /^(?:libgssapi-krb5-2|libreadline8(?:t64)?|libssl(?:1\.1|3)(?:t64)?|libgcrypt20|readline-common|passwd|adduser|libsensors5)$/,
    why: "moves files of older versions, of logins, or restarts services",
  },
  { packages: /^libpam/, why: "nobody logs in to an image" },
  {
    packages: /^(?:fontconfig|fontconfig-config)$/,
    why: "a cache made at first use; rendering as fontconfig has it by itself",
  },
  { packages: /^libglib2\.0-0(?:t64)?$/, why: "caches of schemas and modules, which glib does without" },
  { packages: /^(?:dbus|systemd|polkit|udev)/, why: "services: an image starts one program" },
  {
    packages: /^(?:java-common|openjdk-\d+-j(?:re|dk)(?:-headless)?)$/,
    why: "preferences of a system; java on PATH is its alternative",
  },
];

/** Whether somebody has read what the package's scripts make. */
export function hasKnownScripts(name: string): boolean {
  return KNOWN_SCRIPTS.some(({ packages }) => packages.test(name));
}

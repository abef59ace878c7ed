import { spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type BinaryPackage, parsePackages } from "../../src/debian/packages.ts";

/** An apt of its own, with nothing installed. */
export interface Apt {
  readonly architecture: string;
  /** What `apt-get install` would bring, "name=version", sorted; or apt's words when it can't. */
  install(names: readonly string[]): readonly string[] | string;
  /** The very lists that apt reads, one for each suite. */
  packages(): readonly (readonly BinaryPackage[])[];
}

export interface AptOptions {
  /** Holds its state; kept between runs, the lists are asked for again with If-Modified-Since. */
  readonly folder: string;
  readonly architecture: string;
  /** Lines of a sources.list; without them the lists that this host's apt has are taken as they are. */
  readonly sources?: readonly string[];
}

/** Throws where apt can't read its lists. */
export function createApt({ folder, architecture, sources }: AptOptions): Apt {
  mkdirSync(join(folder, "lists", "partial"), { recursive: true });
  writeFileSync(join(folder, "status"), "");
  const options = {
    "Dir::State::status": join(folder, "status"),
    "Dir::Cache": folder,
    // Some hosts turn it off, and then every call reads all lists.
    "Dir::Cache::pkgcache": "pkgcache.bin",
    "APT::Architecture": architecture,
    "APT::Architectures": architecture,
    "APT::Immediate-Configure": "false",
    ...(sources === undefined ? {} : ownLists(folder, sources)),
  };
  const flags = Object.entries(options).flatMap(([name, value]) => ["-o", `${name}=${value}`]);
  const apt = (...args: readonly string[]) =>
    spawnSync("apt-get", [...flags, ...args], { encoding: "utf8", maxBuffer: 1 << 28, env: aptEnvironment() });
  if (sources !== undefined) {
    const update = apt("update", "-qq");
    if (update.status !== 0) throw new Error(update.stderr);
  }
  return {
    architecture,
    install: (names) => {
      const { status, stdout, stderr } = apt("install", "-s", "-qq", "--no-install-recommends", ...names);
      if (status !== 0) return stdout + stderr;
      return [...stdout.matchAll(/^Inst (\S+) .*?\((\S+) /gm)]
        .map(([, name = "", version = ""]) => `${name.replace(/:.*/, "")}=${version}`)
        .sort();
    },
    packages: () =>
      apt("indextargets", "--format", "$(FILENAME)", "Identifier: Packages", `Architecture: ${architecture}`)
        .stdout.split("\n")
        .filter((path) => path !== "")
        .map((path, at) => parsePackages(readList(path), at)),
  };
}

function ownLists(folder: string, sources: readonly string[]): Readonly<Record<string, string>> {
  writeFileSync(join(folder, "sources.list"), `${sources.join("\n")}\n`);
  return {
    "Dir::Etc::SourceList": join(folder, "sources.list"),
    "Dir::Etc::SourceParts": "/dev/null",
    "Dir::State::Lists": join(folder, "lists"),
    "Acquire::Languages": "none",
  };
}

/** Whatever the host's language, apt's lines are read. */
function aptEnvironment(): NodeJS.ProcessEnv {
  return { ...process.env, LC_ALL: "C" };
}

/** However apt has packed it. */
function readList(path: string): string {
  return spawnSync("/usr/lib/apt/apt-helper", ["cat-file", path], { encoding: "utf8", maxBuffer: 1 << 28 }).stdout;
}

import { readdir, readFile } from "node:fs/promises";
import { OciasmError } from "../errors.ts";
import type { KeyIndex } from "../store/blob-store.ts";
import { remember } from "../store/remember.ts";
import { sha256Hex } from "../store/sha256.ts";

/** What `deb:SUITE` is made of: layout/debian/common.yaml and SUITE.yaml, put together. */
export interface DebianSuite {
  readonly suite: string;
  readonly python: { readonly package: string; readonly minor: string };
  /** The package whose version is the C library's. */
  readonly libc: string;
  /** ASCII-armored public keys. */
  readonly keys: readonly string[];
  readonly base: readonly string[];
  readonly exclude: readonly string[];
  readonly drop: readonly string[];
  readonly directories: readonly SuiteDirectory[];
  readonly special: readonly SuiteDirectory[];
  readonly links: Readonly<Record<string, string>>;
  readonly files: Readonly<Record<string, { readonly link?: string; readonly text?: string }>>;
  /** "beside": a mirror has the security fixes in the archive itself, not in one of their own. */
  readonly security?: "beside";
  /** Components that are read where a package is not in `main`. */
  readonly more?: readonly string[];
  /** Names of the distribution's suites in apt's sources. */
  readonly suites: readonly string[];
  /** The texts that all of this was read from: part of cache keys. */
  readonly texts: readonly string[];
  /** Folder of the description. */
  readonly folder: URL;
}

export interface SuiteDirectory {
  readonly path: string;
  /** Octal digits. */
  readonly mode: string;
  readonly uid?: number;
  readonly gid?: number;
}

/** Reading YAML takes longer than all else that a rebuild does. */
const BUCKET = "suites";

const FOLDER = new URL("../../../layout/debian/", import.meta.url);

/** Reads a suite's description; rejects with BASE_INVALID and the suites that there are. */
export async function readSuite(name: string, index: KeyIndex, folder: URL = FOLDER): Promise<DebianSuite> {
  const names = await suiteNames(folder);
  if (!names.includes(name)) {
    throw new OciasmError("BASE_INVALID", `no base deb:${name}`, {
      hint: `use one of ${names.map((suite) => `deb:${suite}`).join(", ")}`,
    });
  }
  const texts = await Promise.all(
    ["common.yaml", `${name}.yaml`].map((file) => readFile(new URL(file, folder), "utf8")),
  );
  const [common, own] = await Promise.all(
    texts.map((text) => remember(index, BUCKET, sha256Hex(text), () => parseYaml(text))),
  );
  // Shipped with the program: its shape is checked by tests, not at run time.
  const merged = Object.assign({}, common, own) as Omit<DebianSuite, "texts" | "folder">;
  const keys = await Promise.all(merged.keys.map((key) => readFile(new URL(`keys/${key}.asc`, folder), "utf8")));
  return { ...merged, keys, texts: [...texts, ...keys], folder };
}

async function parseYaml(text: string): Promise<unknown> {
  const { parse } = await import("yaml");
  return parse(text);
}

async function suiteNames(folder: URL): Promise<string[]> {
  const files = await readdir(folder);
  return files
    .filter((file) => file.endsWith(".yaml") && file !== "common.yaml")
    .map((file) => file.slice(0, -".yaml".length))
    .sort();
}

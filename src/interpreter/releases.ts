import { readFile } from "node:fs/promises";
import type { KeyIndex } from "../store/blob-store.ts";
import { rememberTexts } from "../store/remember.ts";
import type { Interpreters, RuntimeRelease } from "./runtime.ts";

const FILE = new URL("../../../layout/interpreters.yaml", import.meta.url);
/** Part of the key: raise it when the same text may be read as something else. */
const FORMAT = 2;

/** What is shipped. */
export async function readInterpreters(index: KeyIndex): Promise<Interpreters> {
  const text = await readFile(FILE, "utf8");
  return rememberTexts(index, "layout", FORMAT, [text], async () => {
    const { decodeReleases } = await import("./release-data.ts");
    return decodeReleases(text);
  });
}

/** The release for a minor ("3.12") of Python; undefined where there is none. */
export async function releaseOf(minor: string, index: KeyIndex): Promise<RuntimeRelease | undefined> {
  const { releases } = await readInterpreters(index);
  return releases.find((release) => release.minor === minor);
}

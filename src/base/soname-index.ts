import { readFile } from "node:fs/promises";
import { systemCode } from "../errors.ts";

/** The packages of a suite that bring a library, the one to take first, by soname. */
export type SonameIndex = ReadonlyMap<string, readonly string[]>;

const FOLDER = new URL("../../../layout/debian/", import.meta.url);

/** Reads the index of a suite, lines of a soname and its packages; not every suite has one. */
export async function readSonameIndex(suite: string, folder: URL = FOLDER): Promise<SonameIndex | undefined> {
  const text = await readFile(new URL(`sonames/${suite}.txt`, folder), "utf8").catch((error: unknown) => {
    if (systemCode(error) === "ENOENT") return undefined;
    throw error;
  });
  if (text === undefined) return undefined;
  const lines = text.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  return new Map(
    lines.map((line) => {
      const [soname = "", ...names] = line.split(" ");
      return [soname, names] as const;
    }),
  );
}

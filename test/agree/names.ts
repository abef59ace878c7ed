import { readFileSync } from "node:fs";

const SHIPPED = new URL("../../../testdata/agree/popular.txt", import.meta.url);

/** One name a line: those of testdata/agree/popular.txt, or of another list. */
export function popularNames(file: string | URL = SHIPPED): readonly string[] {
  return readFileSync(file, "utf8")
    .split("\n")
    .filter((line) => line !== "");
}

import { readFileSync } from "node:fs";

/** Names of testdata/agree/popular.txt. */
export function popularNames(): readonly string[] {
  const text = readFileSync(new URL("../../../testdata/agree/popular.txt", import.meta.url), "utf8");
  return text.split("\n").filter((line) => line !== "");
}

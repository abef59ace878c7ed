import type { Target } from "../../src/python/target.ts";
import { testTarget } from "../support/target.ts";

export type CorpusList = "glibc" | "musl" | "arm64";

/** What each list of testdata/corpus was chosen for. */
export const CORPUS_TARGETS: Readonly<Record<CorpusList, Target>> = {
  glibc: testTarget({ python: "3.11.2", libc: "glibc:2.36" }),
  musl: testTarget({ python: "3.11.2", libc: "musl:1.2" }),
  arm64: testTarget({ python: "3.11.2", libc: "glibc:2.36", platform: "arm64" }),
};

export const CORPUS_LISTS: readonly CorpusList[] = ["glibc", "musl", "arm64"];

export function isCorpusList(name: string): name is CorpusList {
  return Object.hasOwn(CORPUS_TARGETS, name);
}

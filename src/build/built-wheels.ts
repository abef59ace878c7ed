import { readFile } from "node:fs/promises";
import { digestOfHex } from "../oci/digest.ts";
import type { DiskStore } from "../store/disk.ts";
import { sha256Hex } from "../store/sha256.ts";

/** A wheel that was built here. */
export interface BuiltWheel {
  readonly filename: string;
  readonly sha256: string;
  readonly size: number;
  /** "name==version sha256:…" of each wheel that it was built with, sorted. */
  readonly tools: readonly string[];
}

/** All that a build follows from but its tools. */
export interface BuildInputs {
  /** Stands for every byte of the sources. */
  readonly sources: string;
  readonly subdirectory: string;
  /** Of the runtime: "0.27.7". */
  readonly release: string;
  /** What it is told that version control says, or "". */
  readonly version: string;
}

/** What was built before. */
export interface BuiltWheels {
  recall(inputs: BuildInputs): Promise<BuiltWheel | undefined>;
  keep(inputs: BuildInputs, wheel: BuiltWheel): Promise<void>;
}

/** The wheel, by all that its bytes follow from. */
const WHEELS = "built-wheels";
/** The tools that the indexes gave for these inputs, so that one machine builds with the same until they are forgotten. */
const TOOLS = "build-tools";
/** Part of both keys: raise it when the same inputs may become other bytes. */
const FORMAT = 2;
const PROGRAMS = ["realm.js", "backend.py", "uv_build.py"];
const SHIPPED = new URL("../../../layout/sandbox/", import.meta.url);

/** `places` are the indexes that tools come from. */
export function openBuiltWheels(store: DiskStore, places: readonly string[]): BuiltWheels {
  let programs: Promise<string> | undefined;
  const keyOf = async (inputs: BuildInputs): Promise<string> => {
    programs ??= hashPrograms();
    return sha256Hex(JSON.stringify([FORMAT, await programs, ...Object.entries(inputs).sort().flat()]));
  };
  const toolsKey = (key: string): string => sha256Hex(JSON.stringify([key, ...places]));
  const wheelKey = (key: string, tools: readonly string[]): string => sha256Hex(JSON.stringify([key, ...tools]));
  return {
    recall: async (inputs) => {
      const key = await keyOf(inputs);
      const tools = await store.get<readonly string[]>(TOOLS, toolsKey(key));
      const wheel = tools === undefined ? undefined : await store.get<BuiltWheel>(WHEELS, wheelKey(key, tools));
      if (wheel === undefined) return undefined;
      return (await store.has(digestOfHex(wheel.sha256))) === wheel.size ? wheel : undefined;
    },
    keep: async (inputs, wheel) => {
      const key = await keyOf(inputs);
      await store.set(WHEELS, wheelKey(key, wheel.tools), wheel);
      await store.set(TOOLS, toolsKey(key), wheel.tools);
    },
  };
}

/** What of ours takes part in every build. */
async function hashPrograms(): Promise<string> {
  const texts = await Promise.all(PROGRAMS.map((name) => readFile(new URL(name, SHIPPED), "utf8")));
  return sha256Hex(JSON.stringify(texts));
}

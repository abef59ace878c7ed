import { readFile } from "node:fs/promises";
import type { BuildSystem } from "../input/build-system.ts";
import { type SandboxFile, SITE } from "../interpreter/build-protocol.ts";

const SHIPPED = new URL("../../../layout/sandbox/", import.meta.url);

/** `uv_build` is a program in Rust: what it does for pure projects is done by a module of ours. Undefined for others. */
export async function ownBackend({ backend }: BuildSystem): Promise<readonly SandboxFile[] | undefined> {
  if (backend !== "uv_build") return undefined;
  return [{ path: `/${SITE}/uv_build.py`, bytes: await readFile(new URL("uv_build.py", SHIPPED)), mode: 0o644 }];
}

import { copyFile, mkdir, open } from "node:fs/promises";
import { delimiter, join } from "node:path";

/** How wheels are installed inside a build: as their documentation says it, from a folder, with hashes. */
export type Installer = "pip" | "pip --no-compile" | "uv";

const FROM = "--no-index --find-links /wheels --require-hashes -r requirements.txt";

/** The words of a RUN line; /wheels and /tools are mounted. */
export function installLine(installer: Installer): string {
  if (installer === "uv") return `/tools/uv pip install --system --break-system-packages --no-cache ${FROM}`;
  const compile = installer === "pip" ? "" : "--no-compile ";
  return `python3 -m pip install --break-system-packages --no-cache-dir ${compile}${FROM}`;
}

/** A folder that has the program uv, and no wrapper script of that name. */
export async function toolsFolder(folder: string): Promise<string> {
  const tools = join(folder, "tools");
  await mkdir(tools, { recursive: true });
  await copyFile(await uvProgram(), join(tools, "uv"));
  return tools;
}

export async function uvProgram(): Promise<string> {
  for (const place of (process.env["PATH"] ?? "").split(delimiter)) {
    const path = join(place, "uv");
    const file = await open(path).catch(() => undefined);
    if (file === undefined) continue;
    const { buffer } = await file.read(Buffer.alloc(4), 0, 4, 0);
    await file.close();
    if (buffer.toString("latin1") === "\x7fELF") return path;
  }
  throw new Error("uv is not on PATH, or only as a script");
}

import { type ChildProcess, spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { freePort } from "./free-port.ts";
import { temporaryFolder } from "./temporary.ts";
import { findTool } from "./tools.ts";

/** The only user of a registry with a password. */
export const USER = { name: "tester", password: "open sesame" };
const HTPASSWD = "tester:$2b$04$s9nAR/L4YeQWqdJ2YQCPaekOE5o5jwh.CMQsV6FfFIn6xc3szxr.O\n";

/**
 * Starts a real registry, and gives its host; undefined when this machine has none of that name: "docker-registry" (Debian's
 * distribution 2), "distribution" (3, under that name on PATH) or "crane".
 */
export async function startRegistry(
  t: TestContext,
  name: string,
  options: { readonly password?: boolean } = {},
): Promise<string | undefined> {
  const tool = findTool(name);
  if (tool === undefined) return undefined;
  const host = `127.0.0.1:${await freePort()}`;
  const folder = temporaryFolder(t);
  writeFileSync(join(folder, "htpasswd"), HTPASSWD);
  const auth = options.password === true ? `auth: {htpasswd: {realm: test, path: ${folder}/htpasswd}}\n` : "";
  writeFileSync(
    join(folder, "config.yml"),
    `version: 0.1\nlog: {level: error}\nstorage: {filesystem: {rootdirectory: ${folder}/data}}\nhttp: {addr: ${host}}\n${auth}`,
  );
  const args = name === "crane" ? ["registry", "serve", "--address", host] : ["serve", join(folder, "config.yml")];
  const child: ChildProcess = spawn(tool, args, { stdio: "ignore" });
  t.after(async () => {
    child.kill();
    await new Promise((resolve) => child.once("exit", resolve));
  });
  for (let tries = 0; tries < 100; tries++) {
    const up = await fetch(`http://${host}/v2/`).then(
      (answer) => answer.ok || answer.status === 401,
      () => false,
    );
    if (up) return host;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`${name} does not answer`);
}

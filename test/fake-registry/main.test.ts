import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { call } from "./client.ts";

const MAIN = fileURLToPath(new URL("./main.js", import.meta.url));

test("the command line serves a profile, tells where, and ends on SIGTERM", async () => {
  const child = spawn(process.execPath, [MAIN, "--profile", "ghcr", "--port", "0"], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [said] = (await once(child.stdout, "data")) as [Buffer];
  const url = /^registry (\S+)$/m.exec(said.toString())?.[1] ?? "";
  const reply = await call("GET", `${url}/v2/`);
  assert.match(String(reply.headers["www-authenticate"]), /^Bearer realm="http:\/\/127/);
  child.kill("SIGTERM");
  assert.deepEqual(await once(child, "exit"), [0, null]);
});

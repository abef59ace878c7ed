import { spawn } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { freePort } from "./free-port.ts";

export interface DavServer {
  readonly url: string;
  stop(): Promise<void>;
}

/** Debian's nginx, which keeps what is PUT below `folder`: a remote cache as Bazel's own pages set it up. */
export async function startDavServer(folder: string): Promise<DavServer> {
  const port = await freePort();
  mkdirSync(join(folder, "data"), { recursive: true });
  const config = `worker_processes 1;
daemon off;
user root;
pid ${folder}/nginx.pid;
error_log ${folder}/error.log;
events {}
http {
  access_log off;
  client_max_body_size 0;
  client_body_temp_path ${folder}/body;
  server {
    listen 127.0.0.1:${port};
    location / {
      root ${folder}/data;
      dav_methods PUT;
      create_full_put_path on;
    }
  }
}
`;
  writeFileSync(join(folder, "nginx.conf"), config);
  const child = spawn("nginx", ["-p", folder, "-c", join(folder, "nginx.conf")], { stdio: "ignore" });
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  const url = `http://127.0.0.1:${port}`;
  const stop = async (): Promise<void> => {
    child.kill("SIGTERM");
    await ended;
  };
  for (let tries = 0; tries < 100; tries++) {
    const up = await fetch(url).then(
      () => true,
      () => false,
    );
    if (up) return { url, stop };
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  await stop();
  throw new Error("nginx does not answer");
}

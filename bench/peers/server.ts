import { mkdirSync, writeFileSync } from "node:fs";
import { request } from "node:https";
import { join } from "node:path";
import { makeCertificate } from "../../test/support/certificate.ts";
import { freePort } from "../../test/support/free-port.ts";
import { startDaemon } from "./daemon.ts";

/** A registry on the loopback interface. */
export interface Server {
  readonly host: string;
  /** PEM file of the authority that signed its certificate; with TLS only. */
  readonly authority: string;
  stop(): Promise<void>;
}

/** Starts crane's registry, which takes little of the processor, or Debian's docker-registry, with TLS where asked for. */
export async function startServer(
  program: string,
  folder: string,
  options: { readonly tls?: boolean } = {},
): Promise<Server> {
  mkdirSync(join(folder, "data"), { recursive: true });
  const host = `127.0.0.1:${await freePort()}`;
  const authority = join(folder, "ca.pem");
  const config = join(folder, "config.yml");
  writeFileSync(config, configText(folder, host, options.tls === true));
  const args = program.endsWith("crane")
    ? ["registry", "serve", "--address", host, "--disk", join(folder, "data")]
    : ["serve", config];
  const daemon = await startDaemon(program, args);
  try {
    await isUp(`${options.tls === true ? "https" : "http"}://${host}/v2/`);
  } catch (error) {
    await daemon.stop();
    throw error;
  }
  return { host, authority, stop: daemon.stop };
}

function configText(folder: string, host: string, hasTls: boolean): string {
  const storage = `storage: {filesystem: {rootdirectory: ${folder}/data}}`;
  const plain = `version: 0.1\nlog: {level: error}\n${storage}\nhttp:\n  addr: ${host}\n`;
  if (!hasTls) return plain;
  const authority = makeCertificate({ name: "bench authority" });
  const { certificate, key } = makeCertificate({ name: "bench", hosts: ["127.0.0.1"], authority });
  writeFileSync(join(folder, "ca.pem"), authority.certificate);
  writeFileSync(join(folder, "server.pem"), certificate);
  writeFileSync(join(folder, "server.key"), key);
  return `${plain}  tls: {certificate: ${folder}/server.pem, key: ${folder}/server.key}\n`;
}

async function isUp(url: string): Promise<void> {
  for (let tries = 0; tries < 100; tries++) {
    if (await answers(url)) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`no registry at ${url}`);
}

async function answers(url: string): Promise<boolean> {
  if (!url.startsWith("https"))
    return await fetch(url).then(
      (answer) => answer.ok,
      () => false,
    );
  return await new Promise((resolve) => {
    const asked = request(url, { rejectUnauthorized: false }, (answer) => resolve(answer.statusCode === 200));
    asked.on("error", () => resolve(false)).end();
  });
}

import { spawn } from "node:child_process";
import type { IndexConfig } from "../../src/pypi/index-config.ts";
import { wheelArchitecture } from "../../src/python/architecture.ts";
import type { Target } from "../../src/python/target.ts";

/** What another program needs to ask the same index, and nothing else of this machine's settings. */
export function oracleEnvironment(config: IndexConfig): NodeJS.ProcessEnv {
  const own = Object.entries(process.env).filter(([name]) => !/^(UV|PIP)_/.test(name));
  const [first, ...others] = config.indexes.map(({ url, login }) => withLogin(url, login));
  const extra = others.join(" ");
  return {
    ...Object.fromEntries(own),
    PIP_DISABLE_PIP_VERSION_CHECK: "1",
    PIP_NO_INPUT: "1",
    PIP_CONFIG_FILE: "/dev/null",
    ...(config.caFile === undefined ? {} : { PIP_CERT: config.caFile, SSL_CERT_FILE: config.caFile }),
    ...(first === undefined ? {} : { PIP_INDEX_URL: first, UV_DEFAULT_INDEX: first }),
    ...(extra === "" ? {} : { PIP_EXTRA_INDEX_URL: extra, UV_INDEX: extra, UV_INDEX_STRATEGY: "unsafe-best-match" }),
  };
}

function withLogin(url: string, login: { readonly user: string; readonly password: string } | undefined): string {
  if (login === undefined) return url;
  const full = new URL(url);
  full.username = login.user;
  full.password = login.password;
  return full.href;
}

/** "x86_64": how Python calls the target's machine. */
export function machineOf(target: Target): string {
  return wheelArchitecture(target.platform);
}

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly seconds: number;
}

/** Runs a program to its end, or kills it after `limit` seconds. */
export function runOracle(
  command: string,
  args: readonly string[],
  options: { readonly environment: NodeJS.ProcessEnv; readonly input?: string; readonly limit: number },
): Promise<Ended> {
  const start = performance.now();
  const child = spawn(command, args, { env: options.environment, timeout: options.limit * 1000 });
  const out = { stdout: "", stderr: "" };
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    out.stdout += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    out.stderr += text;
  });
  child.stdin.end(options.input ?? "");
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => resolve({ code, ...out, seconds: (performance.now() - start) / 1000 }));
  });
}

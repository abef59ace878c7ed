import { execFile } from "node:child_process";
import { OciasmError, systemCode } from "../errors.ts";
import { excerpt } from "../net/redact.ts";
import { type Credentials, secret, serverName } from "./auth-file.ts";

const TIMEOUT_SECONDS = 30;
const MAX_OUTPUT = 64 * 1024;

export interface HelperDeps {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
  /** After which it is given up. Default 30. */
  readonly helperSeconds?: number;
}

/**
 * Runs `docker-credential-<name> get` (docker/docker-credential-helpers, README). Undefined when the helper has no
 * entry for the registry; REGISTRY_AUTH when it can't be run, takes too long or answers something else.
 */
export async function askHelper(name: string, registry: string, deps: HelperDeps): Promise<Credentials | undefined> {
  const { signal, helperSeconds = TIMEOUT_SECONDS } = deps;
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(name))
    throw failed(JSON.stringify(name.slice(0, 60)), "is not a helper's name");
  const program = `docker-credential-${name}`;
  const answer = await run(program, serverName(registry), deps);
  if (answer.error === undefined) return readAnswer(program, answer.stdout);
  if (signal.aborted) throw new OciasmError("INTERRUPTED", "interrupted", { cause: signal.reason });
  if (/credentials not found|no credentials server url|no credentials username/i.test(answer.stdout)) return undefined;
  if (systemCode(answer.error) === "ENOENT") throw failed(program, "is named by a credentials file but not installed");
  const said = excerpt(answer.stdout);
  throw failed(
    program,
    answer.killed ? `gave no answer within ${helperSeconds} s` : `failed${said === "" ? "" : `: ${said}`}`,
  );
}

interface Answer {
  readonly error: Error | undefined;
  readonly killed: boolean;
  readonly stdout: string;
}

function run(
  program: string,
  input: string,
  { environment, signal, helperSeconds = TIMEOUT_SECONDS }: HelperDeps,
): Promise<Answer> {
  return new Promise((resolve) => {
    const options = {
      env: { ...environment },
      timeout: helperSeconds * 1000,
      killSignal: "SIGKILL" as const,
      maxBuffer: MAX_OUTPUT,
      signal,
    };
    const child = execFile(program, ["get"], options, (error, stdout) => {
      resolve({ error: error ?? undefined, killed: error?.killed === true, stdout });
    });
    // A helper that ends without reading would end this process by EPIPE.
    child.stdin?.on("error", () => {});
    child.stdin?.end(input);
  });
}

function readAnswer(program: string, stdout: string): Credentials | undefined {
  const answer = parse(stdout);
  const [username, token] = [answer.get("Username"), answer.get("Secret")];
  if (typeof username !== "string" || typeof token !== "string")
    throw failed(program, "answered something else than credentials");
  if (token === "") return undefined;
  if (username === "<token>") return { type: "identity", token: secret(token) };
  return { type: "basic", username, password: secret(token) };
}

function parse(text: string): ReadonlyMap<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    return new Map(typeof value === "object" && value !== null ? Object.entries(value) : []);
  } catch {
    return new Map();
  }
}

function failed(program: string, why: string): OciasmError {
  return new OciasmError("REGISTRY_AUTH", `credential helper ${program} ${why}`, {
    hint: "install the helper, or remove it from the credentials file and log in again",
  });
}

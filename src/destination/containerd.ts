import { spawn } from "node:child_process";
import { once } from "node:events";
import { OciasmError, systemCode } from "../errors.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/** A client of containerd on this host: the program, and the words that make it read an archive from stdin. */
export interface ContainerdClient {
  readonly said: string;
  readonly command: string;
  readonly load: readonly string[];
}

// nerdctl first: it brings its own namespace and address along. Both take CONTAINERD_ADDRESS and CONTAINERD_NAMESPACE.
const CLIENTS: readonly ContainerdClient[] = [
  { said: "nerdctl", command: "nerdctl", load: ["load"] },
  { said: "ctr", command: "ctr", load: ["images", "import", "-"] },
];

const MAX_OUTPUT = 64 * 1024;

/** The first client that is installed and reaches a containerd. */
export async function findContainerd(environment: Environment): Promise<ContainerdClient | undefined> {
  for (const client of CLIENTS) {
    const { code } = await run(client.command, ["version"], environment).catch(() => ({ code: 1 }));
    if (code === 0) return client;
  }
  return undefined;
}

/** Pipes an archive into it. Rejects with IO_ERROR that has the program's own words. */
export async function loadIntoContainerd(
  client: ContainerdClient,
  tar: AsyncIterable<Uint8Array>,
  environment: Environment,
  signal: AbortSignal,
): Promise<void> {
  const { code, stderr } = await run(client.command, client.load, environment, tar, signal);
  if (signal.aborted) throw new OciasmError("INTERRUPTED", "interrupted", { cause: signal.reason });
  if (code === 0) return;
  throw new OciasmError(
    "IO_ERROR",
    `${client.said} could not load the image: ${stderr.trim().split("\n").at(-1) ?? ""}`,
    {
      hint: "write a tar with -o type=oci,dest=FILE, and import it by hand to see more",
    },
  );
}

async function run(
  command: string,
  args: readonly string[],
  environment: Environment,
  input?: AsyncIterable<Uint8Array>,
  signal?: AbortSignal,
): Promise<{ readonly code: number | null; readonly stderr: string }> {
  const child = spawn(command, args, { env: { ...environment }, stdio: ["pipe", "ignore", "pipe"] });
  let stderr = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr = (stderr + text).slice(-MAX_OUTPUT);
  });
  // It may end before it has read everything: its exit code says why.
  child.stdin.on("error", () => {});
  const kill = (): void => void child.kill();
  signal?.addEventListener("abort", kill, { once: true });
  try {
    const ended = new Promise<number | null>((resolve, reject) => {
      child.once("error", reject);
      child.once("close", resolve);
    });
    const fed = feed(child.stdin, input).catch((error: unknown) => {
      if (systemCode(error) === "EPIPE") return undefined;
      child.kill();
      return error;
    });
    const code = await ended;
    const failure = await fed;
    if (failure !== undefined) throw failure;
    return { code, stderr };
  } finally {
    signal?.removeEventListener("abort", kill);
  }
}

async function feed(
  stdin: NodeJS.WritableStream & { destroyed?: boolean },
  input?: AsyncIterable<Uint8Array>,
): Promise<void> {
  for await (const chunk of input ?? []) {
    if (stdin.destroyed === true) return;
    if (!stdin.write(chunk)) await Promise.race([once(stdin, "drain"), once(stdin, "close")]);
  }
  stdin.end();
}

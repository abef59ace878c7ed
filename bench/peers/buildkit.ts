import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { findTool } from "../../test/support/tools.ts";
import { type Cost, measure, succeed } from "../_measure.ts";
import { startDaemon } from "./daemon.ts";
import { type Installer, installLine, toolsFolder } from "./installer.ts";
import type { App, Peer, Session, Shared, Target } from "./peer.ts";

export interface BuildKitOptions {
  readonly installer: Installer;
  readonly compression: "gzip" | "zstd";
}

/** Seconds. */
const LONGEST = "1200";

const MOUNTS = "--mount=type=bind,from=wheels,target=/wheels --mount=type=bind,from=tools,target=/tools";

/** buildkitd of its own, with one worker, and `buildctl build` with the built-in Dockerfile frontend. */
export function buildkit(options: BuildKitOptions): Peer {
  return {
    name: `BuildKit, ${options.installer}, ${options.compression}`,
    versions: async () => ({ BuildKit: await versionOf("buildkitd") }),
    start: (app, folder) => start(app, folder, options),
  };
}

/** What it says of itself, or, where nobody told it when it was built, the version of its module. */
async function versionOf(program: string): Promise<string> {
  const said = (await succeed(program, ["--version"])).stdout;
  if (!said.includes("v0.0.0")) return said;
  const { stdout } = await measure("go", ["version", "-m", findTool(program) ?? program]);
  return /\tgithub\.com\/moby\/buildkit\t(\S+)/.exec(stdout)?.[1] ?? said;
}

async function start(app: App, folder: string, { installer, compression }: BuildKitOptions): Promise<Session> {
  const root = join(folder, "buildkit");
  const files = join(folder, "dockerfiles");
  await mkdir(files, { recursive: true });
  await writeFile(join(files, "empty"), `FROM base\nRUN ${MOUNTS} --mount=type=bind,target=/context true\n`);
  await writeFile(join(files, "app"), dockerfile(installer));
  const tools = await toolsFolder(folder);
  const empty = join(folder, "empty");
  await mkdir(empty);
  const address = `unix://${folder}/buildkitd.sock`;
  const worker = ["--oci-worker-snapshotter=overlayfs", "--oci-worker-net=host", "--containerd-worker=false"];
  const daemon = await startDaemon("buildkitd", [...worker, "--root", root, "--addr", address]);
  const base = await readFile(join(app.base, "index.json"), "utf8");
  const { manifests } = JSON.parse(base) as { readonly manifests: readonly [{ readonly digest: string }] };
  let said = "";
  const build = async (file: string, context: string, wheels: string, output: readonly string[]): Promise<Cost> => {
    const words = [
      ...["--addr", address, "--wait", "build", "--progress", "plain", "--frontend", "dockerfile.v0"],
      ...["--local", `context=${context}`, "--local", `dockerfile=${files}`, "--opt", `filename=${file}`],
      ...["--oci-layout", `base=${app.base}`, "--opt", `context:base=oci-layout://base@${manifests[0].digest}`],
      ...["--local", `wheels=${wheels}`, "--opt", "context:wheels=local:wheels"],
      ...["--local", `tools=${tools}`, "--opt", "context:tools=local:tools", ...output],
    ];
    // It waits for its daemon for ever.
    const cost = await succeed("timeout", [LONGEST, "buildctl", ...words], { daemons: [daemon.pid] });
    said = cost.stderr;
    return cost;
  };
  await build("empty", empty, empty, []).catch(async (error: unknown) => {
    await daemon.stop();
    throw error;
  });
  return {
    build: (target, shared) => build("app", app.context, app.wheels, outputOf(target, compression, shared)),
    store: [root],
    parts: () => partsOf(said),
    stop: daemon.stop,
  };
}

function dockerfile(installer: Installer): string {
  return [
    "FROM base",
    "WORKDIR /app",
    "COPY requirements.txt .",
    `RUN ${MOUNTS} ${installLine(installer)}`,
    "COPY main.py .",
    'CMD ["python3", "main.py"]',
    "",
  ].join("\n");
}

function outputOf(target: Target, compression: string, shared?: Shared): readonly string[] {
  const codec = compression === "gzip" ? "" : `,compression=${compression}`;
  const place =
    "layout" in target
      ? `type=oci,tar=false,dest=${target.layout}`
      : `type=image,name=${target.registry},push=true,registry.insecure=true`;
  return ["--output", `${place}${codec}`, ...("registry" in target ? cacheFlags(target.registry, codec, shared) : [])];
}

function cacheFlags(name: string, codec: string, shared?: Shared): readonly string[] {
  const cache = `type=registry,ref=${name.replace(/:[^:]*$/, ":cache")},registry.insecure=true`;
  if (shared === "find") return ["--import-cache", cache];
  return shared === "leave" ? ["--export-cache", `${cache},mode=max${codec}`] : [];
}

const PARTS: readonly (readonly [name: string, step: RegExp])[] = [
  ["context", /^\[(?:internal\] load build context|context wheels\])/],
  ["install", /^\[(?:\S+ )?\d+\/\d+\] RUN /],
  ["export", /^exporting to /],
];

/** Seconds that buildctl says its steps took. */
function partsOf(said: string): Readonly<Record<string, number>> {
  const steps = new Map([...said.matchAll(/^#(\d+) (.+)$/gm)].reverse().map(([, id = "", text = ""]) => [id, text]));
  const sums: Record<string, number> = {};
  for (const [, id = "", seconds] of said.matchAll(/^#(\d+) DONE ([\d.]+)s$/gm)) {
    const part = PARTS.find(([, step]) => step.test(steps.get(id) ?? ""));
    if (part !== undefined) sums[part[0]] = (sums[part[0]] ?? 0) + Number(seconds);
  }
  return sums;
}

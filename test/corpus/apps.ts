import { mkdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ociasm } from "../support/cli.ts";
import { podmanRun } from "../support/containers.ts";
import { checkOut, type Project } from "./projects.ts";

/** An application whose packages include some that come as sources alone. */
interface App extends Pick<Project, "repository" | "commit"> {
  /** Of the repository. */
  readonly folder: string;
  readonly flags: readonly string[];
  /** What is built of sources. */
  readonly built: readonly string[];
  /** Of `podman run`; `REPOSITORY` stands for the folder of the checkout. */
  readonly options: readonly string[];
  readonly command: readonly string[];
  /** Answers when it is up. */
  readonly url: string;
}

const APPS: readonly App[] = [
  {
    repository: "janeczku/calibre-web",
    commit: "7ec475e1fe20893730fd8863f771489049c99d16",
    folder: ".",
    flags: ["--base", "deb:bookworm"],
    built: ["flask-principal"],
    options: [],
    command: ["python", "/app/cps.py", "-p", "/tmp/app.db", "-g", "/tmp/gdrive.db", "-o", "/tmp/log"],
    url: "http://127.0.0.1:8083/",
  },
  {
    repository: "lnbits/lnbits",
    commit: "7d98c6b0808efab3edafc21310ec34d1c38c23df",
    folder: ".",
    flags: ["--base", "deb:bookworm", "--install-project"],
    built: ["embit", "http-ece", "pyqrcode", "tlv8"],
    options: ["-e", "LNBITS_DATA_FOLDER=/tmp", "-e", "LNBITS_EXTENSIONS_PATH=/tmp", "-e", "LNBITS_ADMIN_UI=false"],
    command: ["python", "-m", "uvicorn", "lnbits.__main__:app", "--port", "15000"],
    url: "http://127.0.0.1:15000/docs",
  },
  {
    repository: "bytedance/deer-flow",
    commit: "f1f4af99bbf1cffb83a80744bf6e4a44ee8f24be",
    folder: "backend",
    flags: ["--base", "deb:trixie"],
    built: ["forbiddenfruit"],
    options: [
      ...["-v", "REPOSITORY/config.example.yaml:/tmp/config.yaml:ro", "-e", "DEER_FLOW_CONFIG_PATH=/tmp/config.yaml"],
      // It writes below the folder in which it is started.
      ...["-e", "PYTHONPATH=/app", "-w", "/tmp"],
    ],
    command: ["python", "-m", "uvicorn", "app.gateway.app:app", "--port", "18001"],
    url: "http://127.0.0.1:18001/health",
  },
];

/** Starts the program, and asks the URL until it answers. */
const PROBE = `import os, subprocess, sys, time, urllib.error, urllib.request
url, *command = sys.argv[1:]
os.makedirs("/tmp/extensions", exist_ok=True)
program = subprocess.Popen(command)
for _ in range(300):
    time.sleep(1)
    if program.poll() is not None: sys.exit(f"it ended with {program.returncode}")
    try: status = urllib.request.urlopen(url, timeout=20).status
    except urllib.error.HTTPError as error: status = error.code
    except OSError: continue
    program.kill()
    print("answers", status)
    sys.exit(0 if status < 500 else 1)
program.kill()
sys.exit("no answer")
`;

// node build/test/corpus/apps.js [NAME…]: builds real applications whose locks hold sources without wheels, and starts each
// in a container until it answers. They are fetched by git from where OCIASM_TEST_REPOSITORIES says that they lie (a URL
// or folder, with OWNER/NAME below). Needs podman. Exit 1 unless all answer.
const names = process.argv.slice(2);
const from = process.env["OCIASM_TEST_REPOSITORIES"];
if (from === undefined) throw new Error("OCIASM_TEST_REPOSITORIES does not say where the repositories lie");
// Podman takes no capital letters in the path of an image.
const work = join(tmpdir(), `ociasm-apps-${process.pid}`);
mkdirSync(work);
const cache = process.env["OCIASM_CACHE_DIR"] ?? join(work, "cache");
for (const app of APPS.filter(
  ({ repository }) => names.length === 0 || names.some((name) => repository.endsWith(`/${name}`)),
)) {
  const problem = await judge(app, from);
  console.log(
    `${problem === undefined ? "answers" : "fails  "} ${app.repository}${problem === undefined ? "" : `: ${problem}`}`,
  );
  if (problem !== undefined) process.exitCode = 1;
}

async function judge(app: App, repositories: string): Promise<string | undefined> {
  const checkout = checkOut(app, repositories, join(work, "repositories"));
  const folder = join(checkout, app.folder);
  const image = join(work, `${app.repository.replace("/", "-").toLowerCase()}-image`);
  const words = ["build", folder, ...app.flags, "-t", "app:1", "-o", `type=oci,dest=${image},tar=false`];
  const made = await ociasm([...words, "--compression", "none", "--cache-dir", cache], { timeoutMs: 1_800_000 });
  if (made.code !== 0) return made.stderr.slice(-2000);
  const missing = app.built.filter((name) => !made.stderr.includes(`building ${name} `));
  if (missing.length > 0 && process.env["OCIASM_CACHE_DIR"] === undefined) return `${missing.join(", ")}: not built`;
  const options = app.options.map((option) => option.replace("REPOSITORY", checkout));
  const flags = ["--entrypoint", "python", ...options];
  const ran = await podmanRun(`oci:${image}`, ["-c", PROBE, app.url, ...app.command], flags);
  return ran.code === 0 ? undefined : `${ran.stdout}${ran.stderr}`.slice(-2000);
}

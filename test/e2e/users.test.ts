import assert from "node:assert/strict";
import { mkdir, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { ociasm, run } from "../support/cli.ts";
import { podmanRun } from "../support/containers.ts";
import { readLayout } from "../support/oci-layout.ts";
import { containerdIn, succeeds } from "../support/private-engines.ts";
import { findTool, needs, needsTools } from "../support/tools.ts";
import { buildWheel } from "../support/wheel.ts";

// The default base under the users that clusters run images as, and under runtimes that are not podman.

const PROGRAM = `
import ssl, sqlite3, ctypes, ctypes.util, zoneinfo, lzma, bz2, readline, curses
import json, locale, os, pwd, socket, sys, tempfile

def writable(folder):
    try:
        with tempfile.TemporaryFile(dir=folder):
            return True
    except OSError:
        return False

def makes(folder):
    try:
        os.makedirs(folder, exist_ok=True)
    except OSError:
        return False
    return writable(folder)

def account():
    # Some runtimes make a line for a user that has none.
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return str(os.getuid())

locale.setlocale(locale.LC_ALL, "")
print(json.dumps({
    "user": [os.getuid(), os.getgid(), account()],
    "home": [os.path.expanduser("~"), writable(os.path.expanduser("~"))],
    "tmp": writable("/tmp"),
    "roots": len(ssl.create_default_context().get_ca_certs()) > 100,
    "zone": str(zoneinfo.ZoneInfo("Europe/Berlin")),
    "encoding": locale.nl_langinfo(locale.CODESET),
    "services": socket.getservbyname("https"),
    "groups": sum(1 for _ in open("/etc/group")) > 30,
    "library": ctypes.util.find_library("sqlite3"),
    "dns": "files dns" in open("/etc/nsswitch.conf").read(),
    "prefix": sys.prefix,
    "caches": {name: makes(os.environ[name]) for name in ["MPLCONFIGDIR", "NUMBA_CACHE_DIR", "HF_HOME"]},
}))
`;

const SAME = {
  tmp: true,
  roots: true,
  zone: "Europe/Berlin",
  encoding: "UTF-8",
  services: 443,
  groups: true,
  library: "libsqlite3.so.0",
  dns: true,
  prefix: "/app/.venv",
};

const CASES = [
  { name: "as it is", flags: [], user: [65532, 65532, "nonroot"], home: true },
  { name: "as a user of the cluster's choice in group 0", flags: ["--user", "1000650000:0"], home: true },
  { name: "with a root that can't be written", flags: ["--read-only"], user: [65532, 65532, "nonroot"], home: false },
  { name: "with both", flags: ["--read-only", "--user", "1000650000:0"], home: false },
  { name: "as root", flags: ["--user", "0:0"], user: [0, 0, "root"], home: true },
];

/** Models belong into a volume at the home; the other caches are small, and /tmp is there on every root. */
function expected(user: readonly unknown[], home: boolean): object {
  const caches = { MPLCONFIGDIR: true, NUMBA_CACHE_DIR: true, HF_HOME: home };
  return { ...SAME, user, home: ["/home/nonroot", home], caches };
}

let folder = "";
let out = "";

before(async () => {
  // podman makes a name of the path, and names are lower case.
  folder = join(await realpath(tmpdir()), `ociasm-users-${process.pid}`);
  out = join(folder, "out");
  await mkdir(join(folder, "app"), { recursive: true });
  await writeFile(join(folder, "app", "main.py"), PROGRAM);
  await mkdir(join(folder, "wheels"));
  const wheels = ["matplotlib", "numba", "huggingface-hub"].map((name) => buildWheel({ name, version: "1.0" }));
  for (const { filename, bytes } of wheels) await writeFile(join(folder, "wheels", filename), bytes);
  const names = "matplotlib==1.0\nnumba==1.0\nhuggingface-hub==1.0\n";
  await writeFile(join(folder, "app", "requirements.txt"), names);
  const index = ["--no-index", "--find-links", join(folder, "wheels")];
  const outputs = ["-o", `type=oci,dest=${out},tar=false`, "-o", `type=docker,dest=${folder}/docker.tar`];
  const built = await ociasm(["build", join(folder, "app"), "-t", "users:1", ...outputs, ...index, "-q"], {
    env: { OCIASM_CACHE_DIR: process.env["OCIASM_TEST_CACHE"] ?? join(folder, "cache") },
  });
  assert.equal(built.code, 0, built.stderr);
});

after(() => rm(folder, { recursive: true, force: true }));

test("the default base works for any user, on a root that may be read-only", async (t) => {
  if (!needsTools(t, "podman", "runc")) return;
  for (const { name, flags, user = [1000650000, 0, "1000650000"], home } of CASES) {
    const { code, stdout, stderr } = await podmanRun(`oci:${out}:1`, [], flags);
    assert.equal(code, 0, `${name}: ${stderr}`);
    assert.deepEqual(JSON.parse(stdout), expected(user, home), name);
  }
});

test("containerd runs the default base", async (t) => {
  if (!needsTools(t, "containerd", "ctr", "runc") || !needs(t, "root, for containerd", process.getuid?.() === 0))
    return;
  const ctr = await containerdIn(t, join(folder, "engine"));
  await ctr("images", "import", "--platform", "linux/amd64", join(folder, "docker.tar"));
  const [name = ""] = (await ctr("images", "list", "--quiet")).split("\n");
  const printed = await ctr("run", "--rm", name, "users");
  assert.deepEqual(JSON.parse(printed), expected([65532, 65532, "nonroot"], true));
});

test("so does chroot in namespaces of an ordinary user's own", async (t) => {
  const unshare = findTool("unshare");
  if (!needsTools(t, "tar", "unshare", "chroot") || unshare === undefined) return;
  const root = join(folder, "root");
  await mkdir(root);
  const [image] = await readLayout(out);
  for (const { path } of image?.layers ?? [])
    await succeeds("tar", "-xzp", "--keep-directory-symlink", "-C", root, "-f", path);
  const config = await ociasm(["inspect", `oci:${out}:1`, "--config"]);
  const settings: {
    readonly Env: readonly string[];
    readonly Entrypoint: readonly string[];
    readonly WorkingDir: string;
  } = JSON.parse(config.stdout).config;
  const env = Object.fromEntries(settings.Env.map((line) => line.split(/=(.*)/s, 2)));
  // A runtime brings devices, a chroot none: ctypes.util.find_library opens /dev/null.
  const enter = `mount --rbind /dev ${root}/dev && exec chroot ${root} /bin/sh -c 'cd ${settings.WorkingDir} && exec "$@"' sh "$@"`;
  const words = ["-Urm", "/bin/sh", "-c", enter, "sh", ...settings.Entrypoint];
  const { code, stdout, stderr } = await run(unshare, words, { env });
  assert.equal(code, 0, stderr);
  assert.deepEqual(JSON.parse(stdout), expected([0, 0, "root"], true));
});

import assert from "node:assert/strict";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { stringify } from "smol-toml";
import { configKeys } from "../docs/generated.ts";
import { ociasm, run } from "../support/cli.ts";
import { type ImageFolder, type Json, readImageFolder, readLayer } from "../support/image-folder.ts";
import { temporaryFolder } from "../support/temporary.ts";
import { needsTools } from "../support/tools.ts";

// Every key that reaches the image is built by the command line from ociasm.yaml, [tool.ociasm], flags and the
// environment, and read back from the bytes on the disk.

/** One key: what it is set to, how the command line says it, and where it is in the image. */
interface Setting {
  readonly value: unknown;
  readonly flags?: readonly string[];
  read(image: Json, config: Json): unknown;
  readonly expected: unknown;
}

const member = (name: string) => (_image: Json, config: Json) => config[name];
const beside = (name: string) => (image: Json) => image[name];

const SETTINGS: Readonly<Record<string, Setting>> = {
  env: {
    value: { PORT: 8000, PATH: "/opt/bin:$PATH", BOTH: "config" },
    flags: ["--env", "PORT=8000", "--env", "PATH=/opt/bin:$PATH", "-e", "BOTH=config"],
    read: member("Env"),
    expected: [
      "PATH=/opt/bin:/app/.venv/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
      "VIRTUAL_ENV=/app/.venv",
      "BOTH=config",
      "PORT=8000",
    ],
  },
  entrypoint: {
    value: ["/app/run", "--fast"],
    flags: ["--entrypoint", '["/app/run", "--fast"]'],
    read: member("Entrypoint"),
    expected: ["/app/run", "--fast"],
  },
  cmd: {
    value: "serve 'two words'",
    flags: ["--cmd", "serve 'two words'"],
    read: member("Cmd"),
    expected: ["serve", "two words"],
  },
  user: { value: "1234:56", flags: ["--user", "1234:56"], read: member("User"), expected: "1234:56" },
  workdir: { value: "/srv", flags: ["--workdir", "/srv"], read: member("WorkingDir"), expected: "/srv" },
  labels: { value: { team: "ml" }, flags: ["--label", "team=ml"], read: member("Labels"), expected: { team: "ml" } },
  expose: {
    value: [8000, "53/udp", "9000-9001"],
    flags: ["--expose", "8000", "--expose", "53/udp", "--expose", "9000-9001"],
    read: member("ExposedPorts"),
    expected: { "53/udp": {}, "8000/tcp": {}, "9000/tcp": {}, "9001/tcp": {} },
  },
  volumes: { value: ["/data"], flags: ["--volume", "/data"], read: member("Volumes"), expected: { "/data": {} } },
  "stop-signal": {
    value: "SIGINT",
    flags: ["--stop-signal", "SIGINT"],
    read: member("StopSignal"),
    expected: "SIGINT",
  },
  healthcheck: {
    value: {
      test: ["CMD", "/app/run", "check"],
      interval: "1m30s",
      timeout: "5s",
      "start-period": "10s",
      "start-interval": "500ms",
      retries: 4,
    },
    read: member("Healthcheck"),
    expected: {
      Test: ["CMD", "/app/run", "check"],
      Interval: 90_000_000_000,
      Timeout: 5_000_000_000,
      StartPeriod: 10_000_000_000,
      StartInterval: 500_000_000,
      Retries: 4,
    },
  },
  shell: { value: ["/bin/bash", "-c"], read: member("Shell"), expected: ["/bin/bash", "-c"] },
  onbuild: { value: ["RUN true"], read: member("OnBuild"), expected: ["RUN true"] },
  "args-escaped": { value: true, read: member("ArgsEscaped"), expected: true },
  author: { value: "us", read: beside("author"), expected: "us" },
  created: {
    value: 981173106,
    flags: ["--source-date-epoch", "981173106"],
    read: beside("created"),
    expected: "2001-02-03T04:05:06Z",
  },
  "os-version": { value: "12", read: beside("os.version"), expected: "12" },
  "os-features": { value: ["x"], read: beside("os.features"), expected: ["x"] },
  variant: { value: "v8", read: beside("variant"), expected: "v8" },
  config: { value: { Hostname: "h" }, read: member("Hostname"), expected: "h" },
  platforms: {
    value: "linux/arm64/v8",
    flags: ["--platform", "linux/arm64/v8"],
    read: (image) => [image["os"], image["architecture"]],
    expected: ["linux", "arm64"],
  },
};

/** Keys of the list that the tests at the end of this file, or the suites named, read back. */
const ELSEWHERE: Readonly<Record<string, RegExp>> = {
  "here: files and layers": /^(files|weights|accounts|compression|env-file)(\.|\[|$)/,
  "here: names": /^(annotations|tags|outputs|base|inherit-entrypoint)$/,
  "test/e2e/debian.test.ts": /^(system|deb-mirror|snapshot)$/,
  "test/layers, test/install": /^(layers|conflicts|leave-out)(\.|\[|$)/,
  "what is installed": /^(python|libc|lock|requirements|constraints|groups|extras|default-groups)$/,
  "test/e2e/standalone.test.ts": /^python\./,
  "what is resolved, test/e2e/lock.test.ts":
    /^(overrides|all-extras|package|resolution|prerelease|exclude-newer|no-binary|only-binary|index-strategy)$/,
  "test/e2e/bytecode.test.ts": /^bytecode$/,
  "test/e2e/builds.test.ts": /^(no-build|install-project)$/,
  "test/e2e/registry-cache.test.ts": /^(cache-from|registry-cache)$/,
  "test/registry/cases": /^registries(\.|\[|$)/,
  "where it comes from": /^(index-url|extra-index-url|find-links|no-index|trusted-host|insecure-registries)$/,
};

interface Built {
  readonly folder: string;
  readonly image: ImageFolder;
}

interface BuildOptions {
  readonly files?: Readonly<Record<string, string>>;
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

async function build(t: TestContext, { files = {}, args = [], env = {} }: BuildOptions): Promise<Built> {
  const root = temporaryFolder(t);
  const context = join(root, "context");
  for (const [path, text] of Object.entries({ "main.py": "print(1)\n", ...files })) {
    await mkdir(join(context, path, ".."), { recursive: true });
    await writeFile(join(context, path), text);
  }
  const folder = join(root, "out");
  const places = ["--cache-dir", join(root, "cache"), "-o", `type=oci,dest=${folder},tar=false`];
  const { code, stderr } = await ociasm(["build", context, ...places, ...args], { env });
  assert.equal(code, 0, stderr);
  return { folder, image: await readImageFolder(folder) };
}

const yaml = (value: Json): Readonly<Record<string, string>> => ({ "ociasm.yaml": JSON.stringify(value) });
const toml = (value: Json): Readonly<Record<string, string>> => ({
  "pyproject.toml": stringify({ tool: { ociasm: value } }),
});

function assertSettings({ image }: Built, names: readonly string[], origin: string): void {
  const config = image.images[0]?.config ?? {};
  for (const name of names) {
    const setting = SETTINGS[name];
    assert.deepEqual(setting?.read(config, config["config"] as Json), setting?.expected, `${name} from ${origin}`);
  }
}

const ALL: Json = Object.fromEntries(Object.entries(SETTINGS).map(([key, { value }]) => [key, value]));

for (const [origin, write] of [
  ["ociasm.yaml", yaml],
  ["[tool.ociasm]", toml],
] as const) {
  test(`every key of ${origin} that names a part of the image's config is there`, async (t) => {
    const built = await build(t, { files: write({ base: "scratch", tags: ["r/app:1"], ...ALL }) });
    assertSettings(built, Object.keys(SETTINGS), origin);
    if (!needsTools(t, "skopeo")) return;
    const shown = await run("skopeo", ["--override-arch", "arm64", "inspect", "--config", `oci:${built.folder}:1`]);
    assert.equal(shown.code, 0, shown.stderr);
    const config = JSON.parse(shown.stdout);
    const runtime = (built.image.images[0]?.config["config"] ?? {}) as Json;
    for (const name of ["Env", "Entrypoint", "Cmd", "User", "WorkingDir", "Labels", "ExposedPorts", "StopSignal"]) {
      assert.deepEqual(config.config[name], runtime[name]);
    }
  });
}

test("every flag that names a part of the image's config sets it, and wins over the file and the environment", async (t) => {
  const named = Object.entries(SETTINGS).flatMap(([key, { flags }]) => (flags === undefined ? [] : [{ key, flags }]));
  const built = await build(t, {
    files: yaml({
      base: "scratch",
      user: "file",
      cmd: ["file"],
      env: { PORT: 1 },
      labels: { team: "file" },
      workdir: "/file",
    }),
    args: named.flatMap(({ flags }) => flags),
    env: { OCIASM_USER: "environment", OCIASM_CMD: "environment", SOURCE_DATE_EPOCH: "1" },
  });
  assert.ok(named.length >= 11);
  assertSettings(
    built,
    named.map(({ key }) => key),
    "flags",
  );
});

test("the environment's twin of a flag wins over the file, and nothing is left of the file's list", async (t) => {
  const { image } = await build(t, {
    files: yaml({ base: "oci:/nowhere", user: "file", expose: [1], volumes: ["/file"] }),
    env: { OCIASM_BASE: "scratch", OCIASM_USER: "7:8", OCIASM_EXPOSE: "8000 53/udp", SOURCE_DATE_EPOCH: "5" },
  });
  const config = image.images[0]?.config ?? {};
  const { User, ExposedPorts, Volumes } = config["config"] as Json;
  assert.deepEqual(
    { User, ExposedPorts, Volumes },
    {
      User: "7:8",
      ExposedPorts: { "8000/tcp": {}, "53/udp": {} },
      Volumes: { "/file": {} },
    },
  );
  assert.equal(config["created"], "1970-01-01T00:00:05Z");
});

test("a health check as one text is a shell's, an address becomes a Python that asks, and none is NONE", async (t) => {
  const tests: readonly (readonly [string, RegExp])[] = [
    ["curl -f x", /^CMD-SHELL,curl -f x$/],
    ["http://:8000/health", /^CMD,.*python.*8000\/health/s],
    ["none", /^NONE$/],
  ];
  for (const [value, expected] of tests) {
    const { image } = await build(t, { args: ["--base", "scratch", "--healthcheck", value] });
    const { Healthcheck } = (image.images[0]?.config["config"] ?? {}) as { readonly Healthcheck?: { Test: string[] } };
    assert.match(String(Healthcheck?.Test), expected);
  }
});

test("what the base runs stays when the configuration says so, and a new entrypoint clears the base's cmd", async (t) => {
  const lower = await build(t, { args: ["--base", "scratch", "--entrypoint", "/a", "--cmd", "b"] });
  const base = `oci:${lower.folder}`;
  const runs = async (more: Json): Promise<unknown> => {
    const { image } = await build(t, { files: yaml({ base, platforms: "linux/amd64", ...more }) });
    const { Entrypoint, Cmd } = (image.images[0]?.config["config"] ?? {}) as Json;
    return { Entrypoint, Cmd };
  };
  assert.deepEqual(await runs({ "inherit-entrypoint": true }), { Entrypoint: ["/a"], Cmd: ["b"] });
  assert.deepEqual(await runs({ entrypoint: ["/c"] }), { Entrypoint: ["/c"], Cmd: undefined });
});

test("annotations go to the manifest, the index and its entries; tags name the image", async (t) => {
  const annotations = { plain: "1", "index:top": "2", "manifest-descriptor:entry": "3" };
  const { image } = await build(t, {
    files: yaml({ base: "scratch", platforms: ["linux/amd64", "linux/arm64"], tags: ["r/app:1"], annotations }),
    args: ["--annotation", "more=4"],
  });
  assert.deepEqual(
    image.images.map(({ config }) => config["architecture"]),
    ["amd64", "arm64"],
  );
  assert.deepEqual((image.top["annotations"] as Json)["top"], "2");
  for (const { manifest, descriptor } of image.images) {
    assert.deepEqual(manifest["annotations"], { plain: "1", more: "4" });
    assert.equal((descriptor["annotations"] as Json)["entry"], "3");
  }
  assert.equal((image.descriptor["annotations"] as Json)["org.opencontainers.image.ref.name"], "1");
});

test("files, owners, modes, accounts and weights are in the layers as the configuration says", async (t) => {
  const { folder, image } = await build(t, {
    files: {
      "conf/app.conf": "conf",
      "models/w.bin": "weights",
      "models/.env": "kept",
      "data.tmp": "out",
      "values.env": "FROM_FILE=1\nBOTH=file\n",
      ...yaml({
        base: "scratch",
        env: { BOTH: "config" },
        "env-file": "values.env",
        accounts: {
          users: [
            { name: "app", uid: 1234, gid: 77, shell: "/bin/x", home: "/home/me" },
            { name: "svc", uid: 9 },
          ],
          groups: [{ name: "ml", gid: 77, members: "svc" }],
        },
        weights: { name: "model", source: "models", target: "/models/", mode: "0444" },
        files: {
          include: ["*.py", "conf", "*.env", "*.tmp"],
          exclude: "*.tmp",
          keep: "values.env",
          extra: { from: "conf/app.conf", to: "/etc/app/", mode: "0600", uid: 5, gid: 6 },
          owner: "7:8",
          destination: "/opt/app",
        },
        user: "app",
      }),
    },
  });
  const { layers = [], config = {} } = image.images[0] ?? {};
  const [model, accounts, project] = await Promise.all(layers.map((layer) => readLayer(folder, layer)));
  const entry = (of: typeof model, path: string) => {
    const { mode, uid, gid } = of?.get(path)?.header ?? {};
    return { mode: mode?.toString(8), uid, gid, text: of?.get(path)?.text };
  };
  assert.equal(layers.length, 3);
  assert.deepEqual([...(model?.keys() ?? [])].sort(), ["models", "models/.env", "models/w.bin"]);
  assert.deepEqual(entry(model, "models/w.bin"), { mode: "444", uid: 0, gid: 0, text: "weights" });
  assert.equal(
    entry(accounts, "etc/passwd").text,
    "app:x:1234:77:app:/home/me:/bin/x\nsvc:x:9:9:svc:/home/svc:/bin/sh\n",
  );
  assert.equal(entry(accounts, "etc/group").text, "ml:x:77:svc\nsvc:x:9:\n");
  assert.deepEqual(entry(accounts, "home/me"), { mode: "700", uid: 1234, gid: 77, text: "" });
  assert.deepEqual(entry(project, "opt/app/main.py"), { mode: "644", uid: 7, gid: 8, text: "print(1)\n" });
  assert.deepEqual(entry(project, "etc/app/app.conf"), { mode: "600", uid: 5, gid: 6, text: "conf" });
  assert.ok(project?.has("opt/app/values.env"));
  for (const path of ["data.tmp", "ociasm.yaml", "models/w.bin"])
    assert.equal(project?.has(`opt/app/${path}`), false, path);
  const environment = (config["config"] as Json)["Env"];
  assert.ok(Array.isArray(environment) && environment.includes("FROM_FILE=1") && environment.includes("BOTH=config"));
  assert.equal((config["config"] as Json)["User"], "app");
});

test("compression decides the layers' media type, as one text and as name and level", async (t) => {
  for (const [compression, suffix] of [
    ["none", ""],
    [{ name: "gzip", level: 1 }, "+gzip"],
  ] as const) {
    const { image } = await build(t, { files: yaml({ base: "scratch", compression }) });
    assert.equal(image.images[0]?.layers[0]?.["mediaType"], `application/vnd.oci.image.layer.v1.tar${suffix}`);
  }
});

test("every key is read back here, or by the suite that is named for it", () => {
  const unread = configKeys()
    .map(([path]) => path)
    .filter((path) => SETTINGS[path.split(".")[0] ?? ""] === undefined)
    .filter((path) => !Object.values(ELSEWHERE).some((pattern) => pattern.test(path)));
  assert.deepEqual(unread, []);
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { composeImage } from "../../src/image/compose.ts";
import { runtimeDefaults } from "../../src/image/runtime-defaults.ts";
import type { ImageSettings } from "../../src/image/settings.ts";
import type { ImageConfig, RuntimeConfig } from "../../src/oci/config.ts";
import { venv } from "../layers/fixtures.ts";
import { baseConfig, parts } from "./fixtures.ts";

/** The config as a reader of the image gets it. */
function configOf(settings: ImageSettings, base: RuntimeConfig = {}, packages: readonly string[] = []): RuntimeConfig {
  const image = composeImage(
    parts(settings, { base: { config: baseConfig(base), layers: [] }, defaults: runtimeDefaults(venv, packages) }),
  );
  return (JSON.parse(Buffer.from(image.config.bytes).toString()) as ImageConfig).config ?? {};
}

const PATH = "PATH=/app/.venv/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

test("every key of the settings can be read back from the image", () => {
  const settings: Required<Omit<ImageSettings, "annotations" | "author" | "osVersion" | "osFeatures" | "variant">> = {
    env: { B: "2", A: "1" },
    entrypoint: ["demo"],
    cmd: ["--port", "8000"],
    user: "1000:0",
    workdir: "/srv",
    labels: { b: "2", a: "1" },
    exposedPorts: [8000, "53/udp", "9000-9002", "90/SCTP"],
    volumes: ["/data"],
    stopSignal: "SIGINT",
    healthcheck: {
      test: "true",
      interval: "1m30s",
      timeout: 5,
      startPeriod: "500ms",
      startInterval: "1.5s",
      retries: 3,
    },
    shell: ["/bin/bash", "-c"],
    onbuild: ["RUN true"],
    argsEscaped: true,
    config: { MacAddress: "02:42" },
  };
  assert.deepEqual(configOf(settings), {
    User: "1000:0",
    ExposedPorts: { "53/udp": {}, "8000/tcp": {}, "90/sctp": {}, "9000/tcp": {}, "9001/tcp": {}, "9002/tcp": {} },
    Env: [PATH, "VIRTUAL_ENV=/app/.venv", "A=1", "B=2"],
    Entrypoint: ["demo"],
    Cmd: ["--port", "8000"],
    Volumes: { "/data": {} },
    WorkingDir: "/srv",
    Labels: { a: "1", b: "2" },
    StopSignal: "SIGINT",
    ArgsEscaped: true,
    Healthcheck: {
      Test: ["CMD-SHELL", "true"],
      Interval: 90_000_000_000,
      Timeout: 5_000_000_000,
      StartPeriod: 500_000_000,
      StartInterval: 1_500_000_000,
      Retries: 3,
    },
    OnBuild: ["RUN true"],
    Shell: ["/bin/bash", "-c"],
    MacAddress: "02:42",
  });
});

test("with nothing said the defaults are few", () => {
  assert.deepEqual(configOf({}), {
    User: "65532:65532",
    Env: [PATH, "VIRTUAL_ENV=/app/.venv", "HOME=/home/nonroot"],
    WorkingDir: "/app",
  });
});

const base: RuntimeConfig = {
  User: "app",
  ExposedPorts: { "80/tcp": {} },
  Env: ["PATH=/opt/bin:/app/.venv/bin:/bin", "LANG=C.UTF-8", "NVIDIA_VISIBLE_DEVICES=none"],
  Entrypoint: ["/entry"],
  Cmd: ["python3"],
  Volumes: { "/old": {} },
  WorkingDir: "/base",
  Labels: { a: "base", c: "base" },
  StopSignal: "SIGQUIT",
  Healthcheck: { Test: ["CMD", "x"] },
  OnBuild: ["RUN spent"],
  Shell: ["/bin/ash"],
};

test("what is not said comes from the base, but its working directory and its triggers", () => {
  const { OnBuild: _spent, ...inherited } = base;
  assert.deepEqual(configOf({}, base), {
    ...inherited,
    WorkingDir: "/app",
    Env: ["PATH=/app/.venv/bin:/opt/bin:/bin", "LANG=C.UTF-8", "NVIDIA_VISIBLE_DEVICES=none", "VIRTUAL_ENV=/app/.venv"],
  });
});

test("ports, volumes, labels and variables are added to the base's", () => {
  const config = configOf({ exposedPorts: [81], volumes: ["/new"], labels: { a: "own" }, env: { LANG: "de" } }, base);
  assert.deepEqual(Object.keys(config.ExposedPorts ?? {}), ["80/tcp", "81/tcp"]);
  assert.deepEqual(Object.keys(config.Volumes ?? {}), ["/new", "/old"]);
  assert.deepEqual(config.Labels, { a: "own", c: "base" });
  assert.equal(config.Env?.[1], "LANG=de");
});

test("a new entrypoint clears the base's cmd, a new cmd keeps the base's entrypoint", () => {
  const entry = configOf({ entrypoint: ["demo"] }, base);
  assert.deepEqual([entry.Entrypoint, entry.Cmd], [["demo"], undefined]);
  const cmd = configOf({ cmd: ["x"] }, base);
  assert.deepEqual([cmd.Entrypoint, cmd.Cmd], [["/entry"], ["x"]]);
  const none = configOf({ entrypoint: [], cmd: [] }, base);
  assert.deepEqual([none.Entrypoint, none.Cmd], [undefined, undefined]);
});

test("a base that runs as root says nothing about the application's user", () => {
  for (const User of ["", "root", "0", "0:0", "root:root"]) {
    assert.equal(configOf({}, { User }).User, "65532:65532", User);
  }
  assert.equal(configOf({}, { User: "1001" }).User, "1001");
  assert.equal(configOf({ user: "root" }).User, "root");
});

test("variables may refer to what the base and the defaults have", () => {
  const env = { PATH: "/x:$PATH", HOME2: "$\u007bLANG}-$LANG", PRICE: "5$$", PLAIN: "a$ b$1" };
  assert.deepEqual(configOf({ env }, base).Env?.slice(0, 1), ["PATH=/x:/app/.venv/bin:/opt/bin:/bin"]);
  assert.deepEqual(configOf({ env }, base).Env?.slice(4), ["HOME2=C.UTF-8-C.UTF-8", "PLAIN=a$ b$1", "PRICE=5$"]);
  assert.throws(() => configOf({ env: { A: "pa$word" } }), { code: "CONFIG_INVALID", hint: /\$\$/ });
});

test("NVIDIA's wheels ask for the driver, and LD_LIBRARY_PATH is never set", () => {
  const env = configOf({}, {}, ["nvidia-cublas==13", "torch==2.9.1"]).Env ?? [];
  assert.deepEqual(env.slice(3), ["NVIDIA_VISIBLE_DEVICES=all", "NVIDIA_DRIVER_CAPABILITIES=compute,utility"]);
  assert.equal(
    env.some((variable) => variable.startsWith("LD_LIBRARY_PATH")),
    false,
  );
  assert.equal(configOf({}, base, ["nvidia-cublas==13"]).Env?.[2], "NVIDIA_VISIBLE_DEVICES=none");
});

test("health checks come as URL, shell command, words, list or NONE", () => {
  const test = (healthcheck: NonNullable<ImageSettings["healthcheck"]>) => configOf({ healthcheck }).Healthcheck?.Test;
  assert.deepEqual(test("curl x"), ["CMD-SHELL", "curl x"]);
  assert.deepEqual(test("NONE"), ["NONE"]);
  assert.deepEqual(test(["a", "b"]), ["CMD", "a", "b"]);
  assert.deepEqual(test(["CMD", "a"]), ["CMD", "a"]);
  assert.deepEqual(test(["CMD-SHELL", "a"]), ["CMD-SHELL", "a"]);
  assert.deepEqual(test({ test: ["NONE"] }), ["NONE"]);
  const [kind, python, flag, code] = test("http://:8000/health?a=b") ?? [];
  assert.deepEqual([kind, python, flag], ["CMD", "/app/.venv/bin/python", "-c"]);
  assert.match(code ?? "", /"http:\/\/127\.0\.0\.1:8000\/health\?a=b"/);
  assert.match(test("http://localhost")?.[3] ?? "", /"http:\/\/localhost\/"/);
  for (const url of ["https://:8000/", 'http://:1/"); import os; ("', "http://:1/\nx", "http://a b/"]) {
    assert.throws(() => test(url), { code: "CONFIG_INVALID" }, url);
  }
});

test("raw members win, and those of the spec keep its types", () => {
  const config = { Cmd: ["raw"], Tty: true, Labels: { x: "y" } };
  assert.deepEqual(configOf({ cmd: ["own"], config }).Cmd, ["raw"]);
  assert.equal(Reflect.get(configOf({ config }), "Tty"), true);
  for (const bad of [{ Cmd: "x" }, { Env: [1] }, { Labels: { a: 1 } }, { Volumes: [] }, { ArgsEscaped: "no" }]) {
    assert.throws(() => configOf({ config: bad }), { code: "CONFIG_INVALID" }, JSON.stringify(bad));
  }
});

test("values that engines would choke on are refused", () => {
  const bad: readonly ImageSettings[] = [
    { exposedPorts: ["x"] },
    { exposedPorts: [0] },
    { exposedPorts: [65536] },
    { exposedPorts: ["9-8"] },
    { exposedPorts: ["80/icmp"] },
    { workdir: "srv" },
    { volumes: ["data"] },
    { user: "a b" },
    { user: "" },
    { stopSignal: "sig term" },
    { env: { "A=B": "x" } },
    { env: { "": "x" } },
    { healthcheck: { test: "x", interval: "30" } },
    { healthcheck: { test: "x", interval: "1m x" } },
    { healthcheck: { test: "x", timeout: -1 } },
    { healthcheck: { test: "x", retries: 1.5 } },
    { healthcheck: [] },
  ];
  for (const settings of bad) {
    assert.throws(() => configOf(settings), { code: "CONFIG_INVALID" }, JSON.stringify(settings));
  }
});

test("packages that write caches are told where any user may, and models go to the home of our own user only", () => {
  const packages = ["matplotlib==3.10", "numba==0.61", "huggingface-hub==2", "libc6=2.36"];
  const env = configOf({}, {}, packages).Env ?? [];
  assert.deepEqual(env.slice(2), [
    "HOME=/home/nonroot",
    "MPLCONFIGDIR=/tmp/matplotlib",
    "NUMBA_CACHE_DIR=/tmp/numba",
    "HF_HOME=/home/nonroot/.cache/huggingface",
  ]);
  const other = configOf({ user: "1000" }, { Env: ["NUMBA_CACHE_DIR=/data"] }, packages).Env ?? [];
  assert.deepEqual([...other].sort(), [
    "MPLCONFIGDIR=/tmp/matplotlib",
    "NUMBA_CACHE_DIR=/data",
    PATH,
    "VIRTUAL_ENV=/app/.venv",
  ]);
});

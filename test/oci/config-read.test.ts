import assert from "node:assert/strict";
import { test } from "node:test";
import { isOciasmError } from "../../src/errors.ts";
import { parseImageConfig } from "../../src/oci/config-read.ts";
import { mutations } from "../support/mutations.ts";

const diffId = `sha256:${"1".repeat(64)}`;
const minimal = { architecture: "amd64", os: "linux", rootfs: { type: "layers", diff_ids: [diffId] } };
const bytes = (value: unknown) => Buffer.from(JSON.stringify(value));

const full = {
  ...minimal,
  created: "2020-01-01T00:00:00Z",
  variant: "v8",
  config: {
    User: "app",
    ExposedPorts: { "80/tcp": {} },
    Env: ["PATH=/bin"],
    Entrypoint: ["a"],
    Cmd: ["b"],
    Volumes: { "/v": {} },
    WorkingDir: "/w",
    Labels: { l: "1" },
    StopSignal: "SIGINT",
    Healthcheck: { Test: ["CMD", "x"], Interval: 1_000_000_000, Retries: 3 },
    OnBuild: ["RUN x"],
    Shell: ["/bin/sh"],
  },
  history: [{ created_by: "x", empty_layer: true }],
};

test("every member that the spec or an engine defines is kept and the others are dropped", () => {
  const docker = { ...full, docker_version: "1", container_config: {}, id: "x" };
  assert.deepEqual(parseImageConfig(bytes(docker)), full);
});

test("Docker's nulls and empty variants count as absent", () => {
  const config = { Entrypoint: null, Volumes: null, Labels: null, Env: null, Healthcheck: null };
  assert.deepEqual(parseImageConfig(bytes({ ...minimal, variant: "", config, history: null })), {
    ...minimal,
    config: {},
  });
});

test("wrong members are named", () => {
  const rows: readonly (readonly [unknown, RegExp])[] = [
    [{}, /config\.architecture is missing/],
    [{ ...minimal, rootfs: { type: "tar", diff_ids: [] } }, /rootfs\.type/],
    [{ ...minimal, rootfs: undefined }, /rootfs is not an object/],
    [{ ...minimal, rootfs: { type: "layers", diff_ids: ["sha256:1"] } }, /diff_ids\[0\]/],
    [{ ...minimal, config: { Env: "PATH=/bin" } }, /config\.config\.Env/],
    [{ ...minimal, config: { Cmd: [1] } }, /Cmd\[0\]/],
    [{ ...minimal, config: { Healthcheck: { Interval: "1s" } } }, /Interval/],
    [{ ...minimal, history: [null] }, /history\[0\]/],
  ];
  for (const [value, message] of rows) {
    assert.throws(() => parseImageConfig(bytes(value)), { code: "ARCHIVE_INVALID", message });
  }
});

test("damaged configs are read or refused, never worse", () => {
  let refused = 0;
  mutations([bytes(full), bytes(minimal)], 40_000, (damaged) => {
    try {
      parseImageConfig(damaged);
    } catch (error) {
      if (!isOciasmError(error)) throw error;
      refused++;
    }
  });
  assert.ok(refused > 5000);
});

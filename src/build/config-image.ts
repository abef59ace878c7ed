import type { HealthcheckSettings } from "../image/settings.ts";
import type { BuildConfig } from "./config.ts";
import { readHealthcheck } from "./config-values.ts";
import {
  converted,
  count,
  type Decoder,
  either,
  type Fields,
  list,
  mapOf,
  object,
  raw,
  scalar,
  text,
  words,
  yesNo,
} from "./decoder.ts";

const testWords: Decoder<readonly string[]> = list("Words of the test", scalar("Word"));

const checks: Decoder<HealthcheckSettings> = object("Docker's health check in full", {
  test: either("A shell command, http://:8000/health, none, or a list", text("Command"), testWords, "list"),
  interval: text("Time between checks: 30s"),
  timeout: text("Time after which a check has failed: 5s"),
  startPeriod: text("Time in which failures don't count: 10s"),
  startInterval: text("Time between checks during the start period: 1s"),
  retries: count("Failures in a row that make it unhealthy", 0, 1_000_000),
});

const healthcheck: Decoder<HealthcheckSettings> = either(
  "Tells whether the container is well; engines of Docker's family run it",
  either(
    "The test alone",
    converted(text("A shell command, http://:8000/health, or none"), readHealthcheck),
    converted(testWords, (test): HealthcheckSettings => ({ test })),
    "list",
  ),
  checks,
);

/** The keys that an image's own config is made of. */
export type ImageKeys = Pick<
  BuildConfig,
  | "entrypoint"
  | "inheritEntrypoint"
  | "cmd"
  | "env"
  | "envFile"
  | "user"
  | "workdir"
  | "labels"
  | "annotations"
  | "expose"
  | "volumes"
  | "stopSignal"
  | "healthcheck"
  | "shell"
  | "onbuild"
  | "argsEscaped"
  | "author"
  | "created"
  | "osVersion"
  | "osFeatures"
  | "variant"
  | "config"
>;

export const imageFields: Fields<ImageKeys> = {
  entrypoint: words("What runs; the base's cmd is cleared"),
  inheritEntrypoint: yesNo("Take the base's entrypoint and cmd"),
  cmd: words("Arguments that a user may replace"),
  env: mapOf("Environment variables; $NAME is what the base has", scalar("Value")),
  envFile: list("Files of NAME=VALUE lines", text("Path")),
  user: text("Name or uid, with :group"),
  workdir: text("Working directory", /^\//, "an absolute path"),
  labels: mapOf("Labels", scalar("Value")),
  annotations: mapOf(
    "Annotations of the manifest; keys may start with manifest:, index: or manifest-descriptor:",
    scalar("Value"),
  ),
  expose: list("Ports that the program listens on: 8000, 53/udp, 8000-8003", text("Port")),
  volumes: list("Mount points", text("Absolute path", /^\//, "an absolute path")),
  stopSignal: text("Signal that stops it"),
  healthcheck,
  shell: words("The shell of shell forms; engines of Docker's family use it"),
  onbuild: list("Instructions for builds on top; engines of Docker's family use them", text("Instruction")),
  argsEscaped: yesNo("A field of Windows images"),
  author: text("Who made it"),
  created: text("Date of the image, RFC 3339 or seconds since 1970"),
  osVersion: text("os.version of the image"),
  osFeatures: list("os.features of the image", text("Feature")),
  variant: text("Variant of the architecture"),
  config: raw("Members of the image's config object as they shall stand there"),
};

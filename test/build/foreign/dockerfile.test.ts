import assert from "node:assert/strict";
import { test } from "node:test";
import { readDockerfilePlan } from "../../../src/build/foreign/dockerfile.ts";
import { notesOf } from "../../../src/build/foreign/foreign-config.ts";
import { stateOf } from "../../../src/build/foreign/state.ts";
import { fuzz } from "../../support/fuzz.ts";
import { Random } from "../../support/random.ts";

async function read(text: string) {
  const plan = await readDockerfilePlan("Dockerfile", text);
  const { packages = [], ...state } = stateOf(plan);
  return {
    state,
    packages: packages.map((line) => line.text),
    refused: plan.refused.map(({ at, reason }) => `${at.line} ${reason}`),
    notes: notesOf(plan).join("\n"),
  };
}

const WHOLE = `# syntax=docker/dockerfile:1
# escape=\\
ARG PY=3.12
FROM python:\${PY}-slim AS builder
COPY --from=ghcr.io/astral-sh/uv:0.5 /uv /bin/uv
WORKDIR /build
ENV UV_COMPILE_BYTECODE=1 \\
    # inside
    FROM_HERE=yes

COPY requirements/base.txt ./reqs.txt
RUN --mount=type=cache,target=/root/.cache \\
    python -m venv /opt/venv && \\
    /opt/venv/bin/pip install -r reqs.txt "gunicorn>=20,<23"
RUN npm run build

FROM python:\${PY}-slim
ARG VERSION=1
LABEL org.version="$VERSION" maintainer="a b"
RUN <<EOT
apt-get update
apt-get install -y libpq5
EOT
ENV PATH="/opt/venv/bin:$PATH" PORT=80\${VERSION:-00} PIP_NO_CACHE_DIR=1
COPY --from=builder /opt/venv /opt/venv
WORKDIR /srv
COPY --chown=1000:1000 . .
COPY conf/app.ini /etc/app/app.ini
USER 1000
EXPOSE 8000/tcp 53/udp
VOLUME ["/data"]
STOPSIGNAL SIGINT
HEALTHCHECK --interval=30s --retries=3 CMD curl -f http://localhost/ || exit 1
CMD ["gunicorn", "app:app"]
`;

test("the last stage is carried over, with the packages of the stage that it copies from", async () => {
  const { state, packages, refused, notes } = await read(WHOLE);
  assert.deepEqual(packages, ["gunicorn>=20,<23"]);
  assert.deepEqual(state, {
    python: "3.12",
    labels: { "org.version": "1", maintainer: "a b" },
    system: ["libpq5"],
    env: { PATH: "/opt/venv/bin:$PATH", PORT: "801" },
    requirements: ["requirements/base.txt"],
    workdir: "/srv",
    user: "1000",
    expose: ["8000/tcp", "53/udp"],
    volumes: ["/data"],
    stopSignal: "SIGINT",
    healthcheck: { test: "curl -f http://localhost/ || exit 1", interval: "30s", retries: 3 },
    entrypoint: [],
    cmd: ["gunicorn", "app:app"],
    files: {
      destination: "/srv",
      extra: [{ from: "conf/app.ini", to: "/etc/app/app.ini" }],
      owner: { uid: 1000, gid: 1000 },
    },
  });
  assert.deepEqual(refused, ["15 it compiles"]);
  assert.match(notes, /python:3\.12-slim becomes the suite that has Python 3\.12/);
  assert.match(notes, /Dockerfile:24: PIP_NO_CACHE_DIR only matters while something is built/);
});

test("an image without system packages stays the base, a distribution becomes a suite", async () => {
  assert.equal((await read("FROM python:3.11-alpine\n")).state.base, "python:3.11-alpine");
  const ubuntu = await read("FROM ubuntu:22.04\nRUN apt-get install -y python3 python3-pip libgomp1\n");
  assert.equal(ubuntu.state.base, "deb:jammy");
  assert.deepEqual(ubuntu.state.system, ["libgomp1"]);
  const cuda = await read("FROM nvidia/cuda:12.4.1-runtime-ubuntu22.04\nRUN apt-get install -y ffmpeg\n");
  assert.equal(cuda.state.base, "nvidia/cuda:12.4.1-runtime-ubuntu22.04");
  assert.equal(cuda.state.system, undefined);
  assert.match(cuda.refused.join(), /packages can't be added to nvidia/);
});

test("files that are copied one by one are all there is in the image", async () => {
  const single = await read(
    "FROM a\nWORKDIR /app\nCOPY requirements.txt main.py ./\nCOPY src ./src\nCOPY *.cfg /app/\n",
  );
  assert.deepEqual(single.state.files, { include: ["/requirements.txt", "/main.py", "/src", "/*.cfg"] });
  assert.deepEqual((await read("FROM a\nCMD x\n")).state.files, { exclude: ["/*"] });
  const moved = await read("FROM a\nCOPY --chmod=755 run.sh /usr/local/bin/\nCOPY --chown=app conf/*.d /etc/\n");
  assert.deepEqual(moved.state.files, {
    exclude: ["/*"],
    extra: [{ from: "run.sh", to: "/usr/local/bin/run.sh", mode: 0o755 }],
  });
  assert.match(moved.notes, /--chown=app is not heeded/);
  assert.match(moved.notes, /conf\/\*\.d is not copied/);
});

test("stages build on each other, and what a stage copied from the context is copied from there", async () => {
  const text = `FROM python:3.11 AS base
ENV A=1
FROM base AS deps
WORKDIR /app
COPY . /app
RUN uv sync --frozen --no-dev --extra web
FROM base
COPY --from=deps /app /app
COPY --from=1 /made /made
COPY --from=other:1 /x /x
WORKDIR /app
CMD python main.py
`;
  const { state, refused } = await read(text);
  assert.deepEqual(state.env, { A: "1" });
  assert.deepEqual(state.extras, ["web"]);
  assert.equal(state.defaultGroups, false);
  assert.deepEqual(state.cmd, ["/bin/sh", "-c", "python main.py"]);
  assert.equal(state.files, undefined);
  assert.deepEqual(refused, ["10 other:1 is another image"]);
});

test("an environment that a lock filled is copied as what the lock lists", async () => {
  const text = `FROM python:3.12 AS build
RUN uv sync --locked
RUN echo made > /made
FROM python:3.12
COPY --from=build /usr/local/lib /usr/local/lib
`;
  const { state, refused } = await read(text);
  assert.deepEqual(state.files, { exclude: ["/*"] });
  assert.deepEqual(refused, ["3 nothing is run while an image is made"]);
});

test("what downloads, unpacks or is written in the file itself is refused", async () => {
  const text = `FROM a
ADD https://files.example/x /x
ADD src.tar.gz /src
COPY <<EOF /etc/x
hello
EOF
FOO bar
`;
  const { refused } = await read(text);
  assert.deepEqual(
    refused.map((each) => each.split(" ")[0]),
    ["2", "3", "4", "7"],
  );
});

test("the escape directive, empty lines and comments within an instruction are BuildKit's", async () => {
  const text = "# escape=`\r\nFROM a\r\nENV A=c:\\x `\r\n\r\n  # no\r\n  B=2\r\n";
  assert.deepEqual((await read(text)).state.env, { A: "c:x", B: "2" });
  const dash = "FROM a\nRUN <<-EOT\n\tapt-get install -y git\n\tEOT\n";
  assert.match((await read(dash)).refused.join(), /packages can't be added to a/);
});

test("variables have defaults, alternatives and the value from before their line", async () => {
  const text = `ARG G=g\nFROM a\nARG G\nARG H=$G-h\nENV A=\${X:-d} B=\${H:+yes} C=$H D=\\$H E='$H' F=\${X}\nENV A=2 Z=$A\n`;
  assert.deepEqual((await read(text)).state.env, {
    A: "2",
    B: "yes",
    C: "g-h",
    D: "$H",
    E: "$H",
    F: "",
    Z: "d",
  });
  assert.deepEqual((await read("FROM a\nENV NAME some words\n")).state.env, { NAME: "some words" });
});

test("what is no Dockerfile is an error at its place", async () => {
  await assert.rejects(read("RUN a\n"), { code: "INPUT_INVALID", message: /before FROM/ });
  await assert.rejects(read("# nothing\n"), { code: "INPUT_INVALID", message: /no FROM/ });
  await assert.rejects(read("FROM a\n123\n"), { code: "INPUT_INVALID", message: /no instruction/ });
  await assert.rejects(read("FROM a\nRUN <<EOT\nx\n"), { code: "INPUT_INVALID", message: /EOT has no end/ });
});

const SMALL = `ARG A=1\nFROM a:$A AS b\nRUN pip install \\\n a "b<2"\nFROM b\nCOPY --from=b /x .\nENV X="1 2" Y=\${A:-z}\nRUN <<E\nx\nE\nCMD ["a"]\n`;
const random = new Random(11);
const outcome = await fuzz(100_000, "INPUT_INVALID", async () => {
  await readDockerfilePlan("Dockerfile", random.mutate(SMALL, "$\\{}\"'<>\n #=:,[]|&;`-"));
});

test("100,000 damaged Dockerfiles are read, or are an error of the input", () => {
  assert.deepEqual(outcome.unexpected, []);
  assert.ok(outcome.accepted > 10_000);
});

import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { detect } from "../../src/build/detect.ts";
import { checkAlone, checkNew, initFromContext, initFromFile } from "../../src/build/init-step.ts";
import { decodeConfig } from "../../src/build/read-config.ts";
import { temporaryFolder } from "../support/temporary.ts";

function project(t: TestContext, files: Readonly<Record<string, string>>): string {
  const folder = temporaryFolder(t);
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(join(folder, name, ".."), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  return folder;
}

const DOCKERFILE = `FROM python:3.11-slim
WORKDIR /srv
RUN pip install -r requirements.txt flask
RUN make
COPY --chown=1000 . .
COPY --chmod=750 run.sh /usr/local/bin/
ENV startPeriod=1 MODE=x
HEALTHCHECK --start-period=5s --retries=2 CMD ["true"]
CMD ["flask", "run"]
`;

test("what init writes of a Dockerfile says the same when it is read, with a TODO for each line that is left", async (t) => {
  const folder = project(t, { Dockerfile: DOCKERFILE });
  const made = await initFromFile(folder, join(folder, "Dockerfile"));
  const [config, lines] = made.files;
  assert.equal(lines?.path, join(folder, "requirements-image.txt"));
  assert.equal(lines?.text, "flask\n");
  assert.deepEqual(await decodeConfig("ociasm.yaml", config?.text ?? ""), {
    base: "python:3.11-slim",
    requirements: ["requirements.txt", "requirements-image.txt"],
    entrypoint: [],
    cmd: ["flask", "run"],
    env: { startPeriod: "1", MODE: "x" },
    workdir: "/srv",
    healthcheck: { test: ["CMD", "true"], startPeriod: "5s", retries: 2 },
    files: {
      destination: "/srv",
      extra: [{ from: "run.sh", to: "/usr/local/bin/run.sh", mode: 0o750 }],
      owner: { uid: 1000, gid: 1000 },
    },
  });
  assert.match(config?.text ?? "", /^# TODO Dockerfile:4: make\n# {3}it compiles: /m);
  assert.equal(made.refused.length, 1);
});

test("what init writes of a cog.yaml leaves the packages in that file", async (t) => {
  const folder = project(t, { "models/cog.yaml": "build: {python_packages: [a]}\nrun: a.py:R\n" });
  const { files } = await initFromFile(folder, join(folder, "models", "cog.yaml"));
  assert.equal(files.length, 1);
  const config = await decodeConfig("ociasm.yaml", files[0]?.text ?? "");
  assert.deepEqual(config?.requirements, ["models/cog.yaml"]);
  assert.deepEqual(config?.cmd, ["python", "-m", "cog.server.http"]);
});

test("without another file init writes what is detected", async (t) => {
  const folder = project(t, { ".python-version": "3.13\n", "main.py": "" });
  const { files } = await initFromContext(folder, await detect(folder));
  const config = await decodeConfig("ociasm.yaml", files[0]?.text ?? "");
  assert.deepEqual(config, { base: "deb:trixie", entrypoint: ["python", "main.py"] });
});

test("nothing that is there is overwritten, and no other file is converted", async (t) => {
  const folder = project(t, { Dockerfile: "FROM a\nRUN pip install b\n", "requirements-image.txt": "", "x.toml": "" });
  const made = await initFromFile(folder, join(folder, "Dockerfile"));
  assert.throws(() => checkNew(made), { code: "USAGE", message: /requirements-image\.txt is there/, hint: /--force/ });
  await assert.rejects(initFromFile(folder, join(folder, "x.toml")), { code: "INPUT_UNSUPPORTED" });
  await assert.rejects(initFromFile(folder, join(folder, "cog.yaml")), { code: "INPUT_NOT_FOUND" });
});

test("a second configuration is not written beside one in pyproject.toml", async (t) => {
  const plain = project(t, { "pyproject.toml": "[project]\nname = 'a'\n" });
  await checkAlone(plain);
  await checkAlone(project(t, {}));
  const configured = project(t, { "pyproject.toml": "[tool.ociasm]\nbase = 'scratch'\n" });
  await assert.rejects(checkAlone(configured), { code: "USAGE", message: /configures the image already/ });
});

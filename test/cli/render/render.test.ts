import assert from "node:assert/strict";
import { test } from "node:test";
import { errorAnnotations, maskCommand } from "../../../src/cli/render/github.ts";
import { RENDERERS, type Screen } from "../../../src/cli/render/renderer.ts";
import { formatBytes, formatSeconds } from "../../../src/cli/render/units.ts";
import { OciasmError } from "../../../src/errors.ts";
import type { BuildEvent } from "../../../src/events.ts";

const EVENTS: readonly BuildEvent[] = [
  { type: "phase", phase: "lock", detail: "requirements.txt, 3 packages" },
  { type: "transfer", id: "numpy.whl", what: "wheel", state: "start", bytes: 0, total: 2_000_000 },
  { type: "transfer", id: "numpy.whl", what: "wheel", state: "progress", bytes: 1_000_000, total: 2_000_000 },
  { type: "transfer", id: "numpy.whl", what: "wheel", state: "done", bytes: 2_000_000, total: 2_000_000 },
  { type: "warning", message: "yanked: 100%\nbroken" },
  { type: "layer", key: "k1", title: "numpy", state: "reused" },
  { type: "layer", key: "k2", title: "tail", state: "assembled", bytes: 1234 },
];

function show(style: string, more: Partial<Screen> = {}): string {
  let out = "";
  let time = 0;
  const screen: Screen = {
    write: (text) => {
      out += text;
    },
    columns: 80,
    color: false,
    verbose: false,
    now: () => (time += 1000),
    ...more,
  };
  const renderer = RENDERERS[style]?.(screen);
  assert.ok(renderer);
  for (const event of EVENTS) renderer.event(event);
  renderer.close();
  return out;
}

test("a log gets a line for each thing that is finished, and no control characters", () => {
  assert.deepEqual(show("plain").trim().split("\n"), [
    "lock: requirements.txt, 3 packages",
    "fetched numpy.whl 2.0 MB",
    "warning: yanked: 100%\ufffdbroken",
    "layer tail 1.2 kB",
  ]);
});

test("GitHub gets warnings as annotations with escapes", () => {
  assert.match(show("github"), /^::warning title=ociasm::yanked: 100%25%0Abroken$/m);
});

test("GitHub gets errors at their lines, no more than it shows, and no text ends a property", () => {
  const at = { file: "a,b:c.txt", line: 3, column: 5, length: 2 };
  const problems = Array.from({ length: 20 }, (_, index) => new OciasmError("USAGE", `problem ${index}`));
  const error = new OciasmError("INPUT_INVALID", "50% of it\nis wrong", { hint: "do", location: at, problems });
  const lines = errorAnnotations(error, (file) => `app/${file}`)
    .trim()
    .split("\n");
  assert.equal(lines.length, 10);
  assert.equal(
    lines[0],
    "::error title=ociasm INPUT_INVALID,file=app/a%2Cb%3Ac.txt,line=3,col=5,endColumn=7::50%25 of it%0Ais wrong%0Ahint: do",
  );
  assert.equal(lines[1], "::error title=ociasm USAGE::problem 0");
  assert.equal(maskCommand("a%b"), "::add-mask::a%25b\n");
});

test("JSON lines are the events themselves", () => {
  const lines = show("json").trim().split("\n");
  assert.deepEqual(
    lines.map((line) => JSON.parse(line)),
    EVENTS,
  );
});

test("quiet is quiet", () => {
  assert.equal(show("quiet"), "");
});

test("a terminal has one status line that is cleared at the end and fits the width", () => {
  const out = show("tty", { columns: 40 });
  assert.match(out, /fetched 1\/1 2\.0 MB of 2\.0 MB/);
  assert.ok(out.endsWith("\r\u001b[2K"));
  for (const line of out.split(/\n|\r\u001b\[2K/)) assert.ok(line.length < 40 || !/^\d/.test(line), line);
});

test("bytes and seconds read well", () => {
  assert.deepEqual([0, 999, 1000, 999_499, 999_999, 4_122_882_404].map(formatBytes), [
    "0 B",
    "999 B",
    "1.0 kB",
    "999 kB",
    "1.0 MB",
    "4.1 GB",
  ]);
  assert.deepEqual([50, 99_000, 125_000].map(formatSeconds), ["0.1 s", "99.0 s", "2 min 05 s"]);
});

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { join } from "node:path";
import { test } from "node:test";
import { inTurn, measure, succeed } from "../../bench/_measure.ts";
import { temporaryFolder } from "../support/temporary.ts";

const BURN = "const end = process.cpuUsage().user + 1e5; while (process.cpuUsage().user < end);";
const onLinux = process.platform === "linux";

test("counts the processor time of a program and of what it waited for", { skip: !onLinux }, async () => {
  const nested = `require("node:child_process").execFileSync(process.execPath, ["-e", ${JSON.stringify(BURN)}])`;
  const { cpuSeconds, code, seconds } = await measure(process.execPath, ["-e", nested]);
  assert.equal(code, 0);
  assert.ok(cpuSeconds >= 0.1 && seconds > 0, `${cpuSeconds}`);
});

test("counts what a daemon uses while the program runs", { skip: !onLinux }, async () => {
  const daemon = spawn(process.execPath, ["-e", "setInterval(() => { for (let i = 0; i < 1e7; i++); }, 1)"]);
  try {
    const { cpuSeconds, peakRss } = await measure("sleep", ["0.5"], { daemons: [daemon.pid ?? 0] });
    assert.ok(cpuSeconds > 0.05, `${cpuSeconds}`);
    assert.ok(peakRss > 20e6, `${peakRss}`);
  } finally {
    daemon.kill();
  }
});

test("counts written bytes", { skip: !onLinux }, async (t) => {
  const path = join(temporaryFolder(t), "zeros");
  const { written } = await measure("sh", ["-c", 'head -c 3000000 /dev/zero > "$1"', "sh", path]);
  // A file system in memory writes nothing.
  assert.ok(written === 0 || (written >= 3_000_000 && written < 6_000_000), `${written}`);
});

test("passes on exit code, output and arguments as they are", async () => {
  const say = "console.log(process.argv[1]); console.error('b'); process.exitCode = 3;";
  const { code, stdout, stderr } = await measure(process.execPath, ["-e", say, "a 'b' $c"]);
  assert.deepEqual([code, stdout, stderr], [3, "a 'b' $c\n", "b\n"]);
  await assert.rejects(succeed(process.execPath, ["-e", say]), /exit 3\nb/);
});

test("says which program is not here", async () => {
  await assert.rejects(measure("no-such-program", []), /no-such-program is not here/);
});

test("adds the costs of programs that run in turn, and takes the highest memory", () => {
  const cost = { seconds: 1, cpuSeconds: 2, peakRss: 30, written: 4, code: 0, stdout: "a", stderr: "" };
  const both = inTurn([cost, { ...cost, peakRss: 20, stdout: "b" }]);
  assert.deepEqual(both, { seconds: 2, cpuSeconds: 4, peakRss: 30, written: 8, code: 0, stdout: "b", stderr: "" });
});

import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { compareWithUv, judgeByPip, type RootSet } from "../agree/agree.ts";
import { agreeIndex } from "../agree/own.ts";
import { testTarget } from "../support/target.ts";
import { temporaryFolder } from "../support/temporary.ts";
import { needs, oraclePython } from "../support/tools.ts";
import { oracleUv } from "../support/uv-export.ts";

const AMD64 = testTarget();
const ARM64 = testTarget({ python: "3.12.1", platform: "arm64" });

/** Few packages, small index pages; among them extras, upper bounds, backtracking, and what can't be met. */
const SETS: readonly RootSet[] = [
  { label: "a web client", roots: ["requests[socks]<2.32", "urllib3<2"], target: AMD64 },
  { label: "a web server", roots: ["flask~=2.3", "click!=8.2.0", "itsdangerous"], target: AMD64 },
  { label: "bounds that meet late", roots: ["werkzeug<2.3", "flask", "flask-cors"], target: AMD64 },
  { label: "what can't be met", roots: ["flask>=3", "werkzeug<2.3"], target: AMD64 },
  { label: "native code", roots: ["cffi==1.17.*", "pyyaml>=6,<7"], target: ARM64 },
  { label: "extras", roots: ["httpx[http2]<0.28", "h11<0.15"], target: ARM64 },
];

test("uv comes to the same versions on the real index, and pip takes them", async (t) => {
  const python = oraclePython() ?? "";
  const uv = oracleUv(python);
  if (!needs(t, "uv", uv) || uv === undefined) return;
  const folder = temporaryFolder(t);
  const setup = { config: await agreeIndex(), uv, python, folder: join(folder, "caches"), limit: 60 };
  const comparisons = await Promise.all(SETS.map((set) => compareWithUv(set, setup)));
  for (const { set, own, uv: other, differences } of comparisons) {
    const shown = `${set.label}: ${JSON.stringify({ own, other }, undefined, 1)}`;
    assert.deepEqual(
      [differences, own.kind],
      [[], set.label === "what can't be met" ? "unsatisfiable" : "solved"],
      shown,
    );
  }
  const [first] = comparisons;
  assert.ok(first?.own.kind === "solved");
  const broken = { ...first, own: { ...first.own, packages: first.own.packages.slice(0, -1) } };
  const problems = await judgeByPip([...comparisons, broken], setup);
  assert.deepEqual(
    problems.slice(0, -1),
    SETS.map(() => []),
  );
  assert.match(problems.at(-1)?.join() ?? "", /the user needs urllib3<2, which is not there/);
});

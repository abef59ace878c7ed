import assert from "node:assert/strict";
import { test } from "node:test";
import { createByteCounter, fetchedBytes } from "../../src/build/result.ts";

test("an interpreter that is fetched counts among the bytes that a build downloads, once it is here", () => {
  const counter = createByteCounter();
  const event = { type: "transfer", id: "pyodide-0.25.1.tgz", what: "runtime", total: 5 } as const;
  counter.add({ ...event, state: "start", bytes: 0 });
  assert.equal(counter.fetched("runtime"), 0);
  counter.add({ ...event, state: "done", bytes: 5 });
  counter.add({ type: "transfer", id: "a.whl", what: "wheel", state: "done", bytes: 2 });
  assert.equal(counter.fetched("runtime"), 5);
  const bytes = {
    ...{ wheelsFetched: counter.fetched("wheel"), debsFetched: 0, baseFetched: 0, cacheFetched: 0 },
    ...{ runtimeFetched: counter.fetched("runtime"), assembled: 10, uploaded: 20, mounted: 40, existing: 80 },
  };
  assert.equal(fetchedBytes(bytes), 7);
});

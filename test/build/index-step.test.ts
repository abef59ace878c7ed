import assert from "node:assert/strict";
import { test } from "node:test";
import { indexStep } from "../../src/build/index-step.ts";
import { silent } from "../../src/events.ts";
import { testHttp } from "../support/http.ts";
import { startHttpServer } from "../support/http-server.ts";
import { request } from "../support/request.ts";
import { serveSimpleIndex } from "../support/simple-index.ts";
import { temporaryFolder } from "../support/temporary.ts";
import { temporaryStore } from "../support/temporary-store.ts";
import { buildWheel } from "../support/wheel.ts";

test("a run asks for a page once, by whichever of the two that want it", async (t) => {
  const server = await startHttpServer(t);
  const { filename, bytes } = buildWheel({ name: "demo", version: "1.0" });
  const { url, page } = serveSimpleIndex(server, [{ filename, bytes }], { format: "html" });
  const deps = {
    environment: {},
    store: temporaryStore(t),
    http: testHttp(t),
    report: silent,
    signal: new AbortController().signal,
    now: 0,
    offline: false,
  };
  const config = { indexUrl: url };
  for (let run = 1; run <= 2; run++) {
    const index = await indexStep({ context: temporaryFolder(t), config, input: request(["demo"]) }, deps);
    const names = [await index.catalog.files("demo"), await index.client.files("demo")];
    assert.deepEqual(
      names.map((files) => files?.map((file) => file.filename)),
      [[filename], [filename]],
    );
    await index.catalog.close();
    assert.equal(server.requests(page("demo")).length, run);
  }
});

import assert from "node:assert/strict";
import { type AddressInfo, createServer } from "node:net";
import { test } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { createHttp } from "../../src/net/http.ts";

const BODY = "x".repeat(100_000);
const part = BODY.slice(0, 70_000);

/** Heads of answers that the server ends by closing, what follows, and what the reader gets. */
const ROWS: readonly (readonly [head: string, sent: string, expected: number | "NETWORK"])[] = [
  [`content-length: ${BODY.length}`, BODY, BODY.length],
  [`content-length: ${BODY.length}`, part, "NETWORK"],
  ["x: y", BODY, BODY.length],
  ["transfer-encoding: chunked", `${BODY.length.toString(16)}\r\n${BODY}\r\n0\r\n\r\n`, BODY.length],
  ["transfer-encoding: chunked", `${BODY.length.toString(16)}\r\n${part}`, "NETWORK"],
];

test("a server that closes while the reader takes its time ends the answer, not the process", async (t) => {
  for (const [head, sent, expected] of ROWS) {
    const server = createServer((socket) => {
      socket.on("error", () => {});
      socket.once("data", () => {
        socket.write(`HTTP/1.1 200 OK\r\nconnection: close\r\n${head}\r\n\r\n${sent}`);
        setTimeout(() => socket.end(), 20);
      });
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const http = createHttp({ environment: {}, userAgent: "test" });
    t.after(async () => {
      await http.close();
      server.close();
    });
    const { port } = server.address() as AddressInfo;
    const response = await http.request({ method: "GET", url: `http://127.0.0.1:${port}/` });
    await wait(60);
    const read = async (): Promise<number> => {
      let bytes = 0;
      for await (const chunk of response.body) {
        bytes += chunk.length;
        await wait(10);
      }
      return bytes;
    };
    const outcome = await read().catch((error: { readonly code: string }) => error.code);
    assert.equal(outcome, expected, `${head}, ${sent.length} bytes`);
  }
});

import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer as createProxy } from "node:http";
import { createServer } from "node:https";
import { type AddressInfo, connect, type Server } from "node:net";
import { type TestContext, test } from "node:test";
import { createHttp } from "../../src/net/http.ts";
import { makeCertificate } from "../support/certificate.ts";

async function listen(t: TestContext, server: Server): Promise<string> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => server.close());
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

test("a server behind TLS is reached through the tunnel of a proxy", async (t) => {
  const { certificate, key } = makeCertificate({ name: "test", hosts: ["127.0.0.1"] });
  const host = await listen(
    t,
    createServer({ key, cert: certificate }, (_request, response) => response.end("hello")),
  );
  const asked: string[] = [];
  const proxy = createProxy().on("connect", (request, client, head) => {
    asked.push(request.url ?? "");
    const [name = "", port = ""] = (request.url ?? "").split(":");
    const upstream = connect(Number(port), name, () => {
      client.write("HTTP/1.1 200 Connection established\r\n\r\n");
      upstream.write(head);
      client.pipe(upstream).pipe(client);
    });
    for (const socket of [client, upstream]) socket.on("error", () => socket.destroy());
  });
  const environment = { HTTPS_PROXY: `http://${await listen(t, proxy)}` };
  const http = createHttp({ environment, userAgent: "ociasm/test" });
  t.after(() => http.close());
  const answer = await http.request({ method: "GET", url: `https://${host}/`, insecure: true });
  assert.equal(await answer.text(100), "hello");
  assert.deepEqual(asked, [host]);
});

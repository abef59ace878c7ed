import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { createHttp, type HttpOptions } from "../../src/net/http.ts";
import { temporaryFolder } from "../support/temporary.ts";

/** A TLS server whose certificate nobody knows, and the file of that certificate; undefined without openssl. */
async function tlsServer(t: TestContext): Promise<{ readonly url: string; readonly certificate: string } | undefined> {
  const folder = temporaryFolder(t);
  const [key, certificate] = [join(folder, "key.pem"), join(folder, "certificate.pem")];
  const names = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"];
  const pair = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", key, "-out", certificate];
  try {
    execFileSync("openssl", ["req", "-x509", "-days", "2", ...pair, ...names], { stdio: "ignore" });
  } catch {
    return undefined;
  }
  const server = createServer({ key: readFileSync(key), cert: readFileSync(certificate) }, (_request, response) =>
    response.end("hello"),
  );
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `https://127.0.0.1:${(server.address() as AddressInfo).port}/`, certificate };
}

async function fetchText(
  t: TestContext,
  url: string,
  options: Partial<HttpOptions>,
  insecure = false,
): Promise<string> {
  const http = createHttp({ environment: {}, userAgent: "ociasm/test", ...options });
  t.after(() => http.close());
  return (await http.request({ method: "GET", url, insecure })).text(100);
}

test("an unknown certificate is refused with a way out, and taken from each place that may name it", async (t) => {
  const server = await tlsServer(t);
  if (server === undefined) return t.skip("openssl is not there");
  const { url, certificate } = server;
  await assert.rejects(fetchText(t, url, {}), {
    code: "NETWORK",
    message: /signed by nobody known/,
    hint: /SSL_CERT_FILE/,
  });
  for (const name of ["SSL_CERT_FILE", "PIP_CERT", "NODE_EXTRA_CA_CERTS"]) {
    assert.equal(await fetchText(t, url, { environment: { [name]: certificate } }), "hello");
  }
  assert.equal(await fetchText(t, url, { caFile: certificate }), "hello");
  assert.equal(await fetchText(t, url, {}, true), "hello");
});

test("a missing bundle is skipped in the environment and refused when it was named", async (t) => {
  const server = await tlsServer(t);
  if (server === undefined) return t.skip("openssl is not there");
  const folder = temporaryFolder(t);
  const none = join(folder, "none.pem");
  writeFileSync(join(folder, "empty.pem"), "# nothing");
  const environment = { SSL_CERT_FILE: none, PIP_CERT: server.certificate };
  assert.equal(await fetchText(t, server.url, { environment }), "hello");
  await assert.rejects(fetchText(t, server.url, { caFile: none }), { code: "CONFIG_INVALID" });
  await assert.rejects(fetchText(t, server.url, { caFile: join(folder, "empty.pem") }), { code: "CONFIG_INVALID" });
});

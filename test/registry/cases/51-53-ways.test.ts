import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { createServer as createPlain, type Server } from "node:http";
import { createServer } from "node:https";
import { type AddressInfo, connect, type LookupFunction } from "node:net";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { createHttp } from "../../../src/net/http.ts";
import type { HttpRequest } from "../../../src/net/http-client.ts";
import { pushBlob } from "../../../src/registry/upload.ts";
import { fakeRegistry } from "../../fake-registry/registry.ts";
import { makeCertificate, type TestCertificate } from "../../support/certificate.ts";
import { temporaryFolder } from "../../support/temporary.ts";
import { blobOf, noise } from "./bench.ts";
import { blobOfBytes, openClient, openPull, pulled, warnings } from "./pull-bench.ts";

const bytes = Buffer.from("blob");
const blob = blobOfBytes(bytes);

async function listen(t: TestContext, server: Server, host = "127.0.0.1"): Promise<number> {
  await new Promise<void>((resolve, reject) => server.once("error", reject).listen(0, host, resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

interface Proxy {
  readonly url: string;
  /** "GET http://…" and "CONNECT host:port". */
  readonly log: string[];
}

/** A proxy that wants the user ann, forwards whole requests and opens tunnels. */
async function startProxy(t: TestContext): Promise<Proxy> {
  const log: string[] = [];
  const isKnown = (header: unknown): boolean => header === `Basic ${Buffer.from("ann:p w").toString("base64")}`;
  const server = createPlain((request, response) => {
    log.push(`${request.method} ${request.url}`);
    if (!isKnown(request.headers["proxy-authorization"])) {
      response.writeHead(407, { "proxy-authenticate": "Basic realm=proxy" }).end();
      return;
    }
    const { "proxy-authorization": _, ...headers } = request.headers;
    void fetch(request.url ?? "", { headers: headers as Record<string, string> })
      .then(async (answer) => response.writeHead(answer.status).end(Buffer.from(await answer.arrayBuffer())))
      .catch(() => response.destroy());
  });
  server.on("connect", (request, socket) => {
    log.push(`CONNECT ${request.url}`);
    if (!isKnown(request.headers["proxy-authorization"])) {
      socket.end("HTTP/1.1 407 Proxy Authentication Required\r\n\r\n");
      return;
    }
    const [, port] = (request.url ?? "").split(":");
    const upstream = connect(Number(port), "127.0.0.1", () => {
      socket.write("HTTP/1.1 200 OK\r\n\r\n");
      upstream.pipe(socket).pipe(upstream);
    });
    upstream.on("error", () => socket.destroy());
    socket.on("error", () => upstream.destroy());
  });
  return { url: `127.0.0.1:${await listen(t, server)}`, log };
}

/** A registry that has the blob, behind TLS. */
async function startTls(t: TestContext, certificate: TestCertificate): Promise<number> {
  const server = createServer({ key: certificate.key, cert: certificate.certificate }, (request, response) => {
    response.end(request.url === "/v2/" ? "{}" : bytes);
  });
  return listen(t, server as unknown as Server);
}

test("51 a registry is reached through the proxy of its scheme, unless NO_PROXY has its port or block", async (t) => {
  const { registry } = await openPull(t);
  registry.seed("team/app", bytes);
  const [, port] = registry.host.split(":");
  const through = async (environment: Readonly<Record<string, string>>) => {
    const proxy = await startProxy(t);
    const own = { HTTP_PROXY: `http://ann:p%20w@${proxy.url}`, ...environment };
    assert.equal(await pulled(openClient(t, registry.host, { httpOptions: { environment: own } }), blob), "pulled");
    return proxy.log.length;
  };
  assert.equal(await through({}), 2);
  assert.equal(await through({ NO_PROXY: "127.0.0.1:1,10.0.0.0/8" }), 2);
  assert.equal(await through({ NO_PROXY: `127.0.0.1:${port}` }), 0);
  assert.equal(await through({ no_proxy: "127.0.0.0/8" }), 0);
});

test("51 TLS goes through a tunnel, and the certificate is still the registry's", async (t) => {
  const authority = makeCertificate({ name: "authority" });
  const port = await startTls(t, makeCertificate({ name: "registry", hosts: ["registry.example"], authority }));
  const ca = join(temporaryFolder(t), "ca.pem");
  writeFileSync(ca, authority.certificate);
  const proxy = await startProxy(t);
  const pull = async (host: string, login = "ann:p%20w@"): Promise<string> => {
    const environment = { OCIASM_REGISTRIES: JSON.stringify({ [host]: { ca } }) };
    const httpOptions = { environment: { HTTPS_PROXY: `http://${login}${proxy.url}` } };
    return pulled(openClient(t, host, { environment, httpOptions }), blob);
  };
  assert.equal(await pull(`registry.example:${port}`), "pulled");
  assert.deepEqual(new Set(proxy.log), new Set([`CONNECT registry.example:${port}`]));
  assert.equal(await pull(`other.example:${port}`), "NETWORK");
  const before = proxy.log.length;
  assert.equal(await pull(`registry.example:${port}`, ""), "NETWORK");
  assert.equal(proxy.log.length, before + 1, "a refused login is not repeated");
});

test("51 a proxy that wants a login is named", async (t) => {
  const proxy = await startProxy(t);
  for (const [url, variable] of [
    ["https://registry.example/v2/", "HTTPS_PROXY"],
    ["http://registry.example/v2/", "HTTP_PROXY"],
  ] as const) {
    const environment = { [variable]: `http://canary:no@${proxy.url}` };
    const http = createHttp({ userAgent: "test", environment });
    t.after(() => http.close());
    await assert.rejects(http.request({ method: "GET", url }), (error: Error & { readonly hint?: string }) => {
      assert.match(error.message, /the proxy wants a login \(407\)/);
      assert.match(error.hint ?? "", new RegExp(variable));
      assert.doesNotMatch(error.message, /canary/);
      return true;
    });
  }
});

test("51 a proxy that takes whole bodies before it passes them on is waited for, longer than a line may be silent", async (t) => {
  const registry = await fakeRegistry(t);
  const seen: number[] = [];
  const proxy = createPlain((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const body = Buffer.concat(chunks);
      seen.push(body.length);
      const pass = async (): Promise<void> => {
        if (body.length > 0) await wait(3500);
        const { host: _, connection: __, "content-length": ___, ...headers } = request.headers;
        const init = { method: request.method ?? "", headers: headers as Record<string, string> };
        const answer = await fetch(request.url ?? "", body.length === 0 ? init : { ...init, body });
        const whole = Buffer.from(await answer.arrayBuffer());
        response.writeHead(answer.status, Object.fromEntries(answer.headers)).end(whole);
      };
      pass().catch(() => response.destroy());
    });
  });
  const environment = { HTTP_PROXY: `http://127.0.0.1:${await listen(t, proxy)}` };
  const inner = createHttp({ environment, userAgent: "test" });
  t.after(() => inner.close());
  // Silence of two seconds ends a request, but not while the other side has all of it and thinks.
  const http = { ...inner, request: (request: HttpRequest) => inner.request({ ...request, stallSeconds: 2 }) };
  const { client } = openClient(t, registry.host, { http });
  const large = noise(9 * 1024 * 1024);
  assert.equal(await pushBlob(client, "team/app", blobOf(large)), "uploaded");
  assert.ok(registry.blob("team/app", blobOfBytes(large).digest)?.equals(large));
  assert.deepEqual(
    seen.filter((bytes) => bytes > 0),
    [large.length],
  );
});

test("52 an unknown, an expired and another host's certificate are told apart, and none is asked twice", async (t) => {
  const authority = makeCertificate({ name: "authority" });
  const hosts = ["127.0.0.1"];
  const rows = [
    [makeCertificate({ name: "self", hosts }), false, /signed by nobody known here/],
    [makeCertificate({ name: "leaf", hosts, authority }), false, /signed by nobody known here/],
    [makeCertificate({ name: "old", hosts, authority, until: new Date(1e12) }), true, /has expired/],
    [
      makeCertificate({ name: "new", hosts, authority, from: new Date(4e12), until: new Date(4.1e12) }),
      true,
      /not valid yet/,
    ],
    [makeCertificate({ name: "other", hosts: ["registry.example"], authority }), true, /for another host/],
    [makeCertificate({ name: "good", hosts, authority }), true, undefined],
  ] as const;
  const ca = join(temporaryFolder(t), "ca.pem");
  writeFileSync(ca, authority.certificate);
  for (const [certificate, isTrusted, message] of rows) {
    const host = `127.0.0.1:${await startTls(t, certificate)}`;
    const settings = isTrusted ? { ca } : { ca: writeOther(t) };
    const bench = openClient(t, host, { environment: { OCIASM_REGISTRIES: JSON.stringify({ [host]: settings }) } });
    const call = bench.client.call({
      method: "GET",
      target: { path: "x/blobs/y" },
      access: { repository: "x", actions: "pull" },
      what: "test",
    });
    if (message === undefined) assert.equal((await call).status, 200);
    else await assert.rejects(call, { code: "NETWORK", message });
    assert.deepEqual(bench.waits, []);
  }
});

function writeOther(t: TestContext): string {
  const file = join(temporaryFolder(t), "other.pem");
  writeFileSync(file, makeCertificate({ name: "somebody else" }).certificate);
  return file;
}

test("52 an authority in certs.d counts for its host and port alone, and insecure hosts need none", async (t) => {
  const authority = makeCertificate({ name: "authority" });
  const server = makeCertificate({ name: "leaf", hosts: ["127.0.0.1"], authority });
  const [known, unknown] = [await startTls(t, server), await startTls(t, server)];
  for (const folder of ["containers", "docker"]) {
    const home = temporaryFolder(t);
    const certs = join(home, ".config", folder, "certs.d", `127.0.0.1:${known}`);
    mkdirSync(certs, { recursive: true });
    writeFileSync(join(certs, "ca.crt"), authority.certificate);
    const insecure = { OCIASM_INSECURE_REGISTRY: `127.0.0.1:${unknown}` };
    assert.equal(await pulled(openClient(t, `127.0.0.1:${known}`, { environment: { HOME: home } }), blob), "pulled");
    assert.equal(await pulled(openClient(t, `127.0.0.1:${unknown}`, { environment: { HOME: home } }), blob), "NETWORK");
    assert.equal(await pulled(openClient(t, `127.0.0.1:${unknown}`, { environment: insecure }), blob), "pulled");
  }
});

test("52 a certificate file that was named and is not there is an error of the configuration", async (t) => {
  const ca = join(temporaryFolder(t), "gone.pem");
  const environment = { OCIASM_REGISTRIES: JSON.stringify({ "registry.example": { ca } }) };
  assert.equal(await pulled(openClient(t, "registry.example", { environment }), blob), "CONFIG_INVALID");
  assert.throws(() => openClient(t, "registry.example", { environment: { OCIASM_REGISTRIES: "{" } }), {
    code: "CONFIG_INVALID",
  });
});

/** A resolver that knows one name, and gives up with `failures` first. */
function resolver(
  addresses: readonly string[],
  failures: readonly string[] = [],
): LookupFunction & { readonly asked: number } {
  const state = { asked: 0 };
  const lookup: LookupFunction = (_host, options, done) => {
    const failure = failures[state.asked++];
    if (failure !== undefined) {
      done(Object.assign(new Error(failure), { code: failure }), "", 4);
      return;
    }
    const all = addresses.map((address) => ({ address, family: address.includes(":") ? 6 : 4 }));
    if (options.all === true) done(null, all);
    else done(null, all[0]?.address ?? "", all[0]?.family ?? 4);
  };
  return Object.defineProperty(lookup, "asked", { get: () => state.asked }) as typeof lookup & {
    readonly asked: number;
  };
}

async function pullFrom(t: TestContext, port: number, lookup: LookupFunction) {
  const host = `registry.example:${port}`;
  const environment = { OCIASM_REGISTRIES: JSON.stringify({ [host]: { http: true } }) };
  const bench = openClient(t, host, { environment, httpOptions: { lookup } });
  return { outcome: await pulled(bench, blob), waits: bench.waits, warnings: warnings(bench) };
}

async function startHttp(t: TestContext, host: string): Promise<number | undefined> {
  const server = createPlain((request, response) => response.end(request.url === "/v2/" ? "{}" : bytes));
  return listen(t, server, host).catch(() => undefined);
}

test("53 dead addresses are passed over, of either family", async (t) => {
  const port = (await startHttp(t, "127.0.0.1")) ?? 0;
  for (const addresses of [
    ["::1", "127.0.0.1"],
    ["127.0.0.2", "127.0.0.1"],
    ["100::1", "::1", "127.0.0.1"],
  ])
    assert.equal((await pullFrom(t, port, resolver(addresses))).outcome, "pulled", addresses.join());
});

test("53 a registry with an IPv6 address only is reached, by name and by address", async (t) => {
  const port = await startHttp(t, "::1");
  if (port === undefined) return t.skip("this machine has no IPv6");
  assert.equal((await pullFrom(t, port, resolver(["::1"]))).outcome, "pulled");
  assert.equal(await pulled(openClient(t, `[::1]:${port}`), blob), "pulled");
});

test("53 a name server that has a bad moment is asked again, one that knows no such host is not", async (t) => {
  const port = (await startHttp(t, "127.0.0.1")) ?? 0;
  const flap = resolver(["127.0.0.1"], ["EAI_AGAIN", "EAI_AGAIN"]);
  assert.deepEqual(await pullFrom(t, port, flap), { outcome: "pulled", waits: [500, 1000], warnings: [] });
  const gone = resolver([], ["ENOTFOUND", "ENOTFOUND"]);
  assert.equal((await pullFrom(t, port, gone)).outcome, "NETWORK");
  assert.equal(gone.asked, 1);
});

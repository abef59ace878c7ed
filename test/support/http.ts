import type { TestContext } from "node:test";
import { createHttp } from "../../src/net/http.ts";
import type { HttpClient } from "../../src/net/http-client.ts";

/** A client that knows no proxy and no further roots, closed with the test. */
export function testHttp(t: TestContext, environment: Readonly<Record<string, string | undefined>> = {}): HttpClient {
  const http = createHttp({ environment, userAgent: "ociasm/test" });
  t.after(() => http.close());
  return http;
}

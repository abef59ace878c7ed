import type { HttpClient, HttpRequest, HttpResponse } from "../../src/net/http-client.ts";

export interface ScriptedAnswer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
}

/** A client of hosts that don't exist: `answer` says what they say, and `requests` what they were asked. */
export function scriptedHttp(
  answer: (request: HttpRequest, count: number) => ScriptedAnswer,
): HttpClient & { readonly requests: readonly HttpRequest[] } {
  const requests: HttpRequest[] = [];
  return {
    requests,
    request: async (request) => {
      requests.push(request);
      return response(answer(request, requests.length), request.url);
    },
    close: async () => {},
  };
}

function response({ status = 200, headers = {}, body = "" }: ScriptedAnswer, url: string): HttpResponse {
  const bytes = Buffer.from(body);
  return {
    status,
    headers,
    url,
    body: {
      [Symbol.asyncIterator]: async function* () {
        yield bytes;
      },
    },
    bytes: async () => bytes,
    text: async () => bytes.toString(),
    discard: async () => {},
  };
}

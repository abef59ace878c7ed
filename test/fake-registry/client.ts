import { request } from "node:http";

/** An answer as a plain client sees it. */
export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Buffer;
}

export interface Call {
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
}

/** One request over a connection of its own: follows nothing, retries nothing. Rejects when the connection breaks. */
export function call(method: string, url: string, { headers = {}, body }: Call = {}): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const length = body === undefined && method === "GET" ? {} : { "content-length": Buffer.byteLength(body ?? "") };
    const sent = request(url, { method, agent: false, headers: { ...length, ...headers } }, (answer) => {
      const parts: Buffer[] = [];
      answer.on("data", (part: Buffer) => parts.push(part));
      answer.on("error", reject);
      answer.on("end", () => {
        resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body: Buffer.concat(parts) });
      });
    });
    sent.on("error", reject);
    sent.end(body);
  });
}

import type { ServerResponse } from "node:http";
import { setTimeout as wait } from "node:timers/promises";
import type { Answer } from "./answer.ts";
import type { Seen } from "./exchange.ts";
import type { FaultAction } from "./faults.ts";

/** Sends an answer, with what a fault makes of it. */
export async function send(response: ServerResponse, seen: Seen, honest: Answer, action: FaultAction): Promise<void> {
  const changed = "answer" in action ? action.answer : {};
  const body = streamOf(changed.body ?? honest.body ?? "");
  const status = changed.status ?? honest.status;
  seen.status = status;
  const cut = "truncate" in action ? action : undefined;
  const headers = new Map<string, string>(Object.entries({ ...honest.headers }));
  // 204 has no body, and no length of one.
  if (status !== 204 && !headers.has("content-length")) headers.set("content-length", String(body.size));
  if (cut !== undefined && cut.how !== "length") headers.delete("content-length");
  for (const [name, value] of Object.entries(changed.headers ?? {})) {
    if (value === null) headers.delete(name);
    else headers.set(name, value);
  }
  if (cut?.how === "close") {
    response.useChunkedEncodingByDefault = false;
    headers.set("connection", "close");
  }
  response.writeHead(status, Object.fromEntries(headers));
  if (seen.method === "HEAD" || status === 204) {
    response.end();
    return;
  }
  const whole = await writeBody(response, seen, body, action);
  if (whole || cut?.how === "close") response.end();
  else {
    // Lets the bytes leave before the cut.
    await wait(20);
    response.socket?.destroy();
  }
}

interface Stream {
  readonly size: number;
  open(): AsyncIterable<Uint8Array>;
}

function streamOf(body: string | Uint8Array | Stream): Stream {
  if (typeof body !== "string" && !(body instanceof Uint8Array)) return body;
  const bytes = Buffer.from(body);
  return {
    size: bytes.length,
    open: async function* () {
      yield bytes;
    },
  };
}

/** False when the body was cut short. */
async function writeBody(response: ServerResponse, seen: Seen, body: Stream, action: FaultAction): Promise<boolean> {
  const limit = "truncate" in action ? action.truncate : Number.POSITIVE_INFINITY;
  const slow = "slow" in action ? action.slow : undefined;
  for await (const chunk of body.open()) {
    const left = chunk.subarray(0, Math.min(chunk.length, limit - seen.bytesOut));
    for (let at = 0; at < left.length; at += slow?.piece ?? left.length) {
      const piece = left.subarray(at, at + (slow?.piece ?? left.length));
      if (response.destroyed) return false;
      seen.bytesOut += piece.length;
      if (!response.write(piece)) await drained(response);
      if (slow !== undefined) await wait(slow.milliseconds);
    }
    if (left.length < chunk.length) return false;
  }
  return true;
}

function drained(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      response.off("drain", done).off("close", done);
      resolve();
    };
    response.on("drain", done).on("close", done);
  });
}

import { parentPort } from "node:worker_threads";
import { toWire, type WireError } from "../errors.ts";
import type { OwnedEntry } from "../install/conflicts.ts";
import { inspectWheel } from "./inspect-wheel.ts";
import type { InspectRequest } from "./inspector.ts";

export type InspectReply = { readonly entries: readonly OwnedEntry[] } | { readonly error: WireError };

async function answer({ path, source, scheme }: InspectRequest): Promise<InspectReply> {
  try {
    const listing = await inspectWheel(path, source, scheme);
    return {
      entries: listing.map(({ path: at, type, sha256, size }) => ({
        path: at,
        type,
        ...(sha256 === undefined ? {} : { sha256 }),
        ...(size === undefined ? {} : { size }),
      })),
    };
  } catch (error) {
    return { error: toWire(error) };
  }
}

parentPort?.on("message", (request: InspectRequest) => {
  void answer(request).then((reply) => parentPort?.postMessage(reply));
});

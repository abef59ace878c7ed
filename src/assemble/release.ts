import { MessageChannel } from "node:worker_threads";

const { port1, port2 } = new MessageChannel();
// What is sent to a closed port is dropped with all that was handed over.
port2.close();
port1.unref();

/**
 * Gives a buffer's memory back now; its length is 0 from then on. The collector sees a small object in it and comes
 * late: at 300 MB/s, buffers that wait for it add up to tens of megabytes in each thread. Node 20 has no
 * ArrayBuffer.prototype.transfer.
 */
export function release({ buffer }: Uint8Array): void {
  if (buffer instanceof ArrayBuffer && buffer.byteLength > POOLED) port1.postMessage(undefined, [buffer]);
}

/** Bytes. Smaller buffers may share their memory with others (Buffer.poolSize is 8 KiB). */
const POOLED = 2 ** 16;

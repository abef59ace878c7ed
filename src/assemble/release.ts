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
  if (buffer instanceof ArrayBuffer && buffer.byteLength > SHARED) port1.postMessage(undefined, [buffer]);
}

/** Bytes. Small buffers are parts of one pool, which no one may move: 8 KiB in Node 20, 64 KiB and some padding in Node 26. */
const SHARED: number = 2 * Buffer.poolSize;

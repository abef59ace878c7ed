import { type AddressInfo, connect, createServer, type Socket } from "node:net";

/** A TCP proxy on the loopback interface that breaks all its connections now and then. */
export interface CuttingProxy {
  /** "127.0.0.1:1234". */
  readonly host: string;
  readonly cuts: number;
  /** Bytes that clients sent. */
  readonly bytes: number;
  close(): Promise<void>;
}

/** Cuts whenever `everyBytes` more have gone towards `port`, `times` times in all. */
export async function startCuttingProxy(port: number, everyBytes: number, times: number): Promise<CuttingProxy> {
  const sockets = new Set<Socket>();
  let [bytes, cuts] = [0, 0];
  const server = createServer((client) => {
    const upstream = connect(port, "127.0.0.1");
    for (const [socket, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(socket);
      socket.on("error", () => socket.destroy());
      socket.on("close", () => {
        sockets.delete(socket);
        other.destroy();
      });
    }
    client.on("data", (chunk: Buffer) => {
      bytes += chunk.length;
      if (cuts === times || bytes < everyBytes * (cuts + 1)) return;
      cuts++;
      for (const socket of sockets) socket.resetAndDestroy();
    });
    client.pipe(upstream);
    upstream.pipe(client);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    host: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    get cuts() {
      return cuts;
    },
    get bytes() {
      return bytes;
    },
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

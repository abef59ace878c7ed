import { createServer } from "node:http";
import { type AddressInfo, connect, type Socket } from "node:net";

/** A proxy on the loopback interface that hands TLS on unread and counts what comes back. */
export interface CountingProxy {
  readonly url: string;
  /** Bytes from servers since the last call, and connections. */
  take(): { readonly bytes: number; readonly connections: number };
  close(): Promise<void>;
}

export async function startCountingProxy(): Promise<CountingProxy> {
  let bytes = 0;
  let connections = 0;
  const sockets = new Set<Socket>();
  const server = createServer((_request, response) => response.writeHead(405).end());
  server.on("connect", (request, client: Socket, head) => {
    const [host = "", port = "443"] = (request.url ?? "").split(":");
    connections += 1;
    const upstream = connect(Number(port), host, () => {
      client.write("HTTP/1.1 200 Connection established\r\n\r\n");
      upstream.write(head);
      client.pipe(upstream);
      upstream.on("data", (chunk: Buffer) => {
        bytes += chunk.length;
      });
      upstream.pipe(client);
    });
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on("error", () => socket.destroy());
      socket.on("close", () => {
        sockets.delete(socket);
        client.destroy();
        upstream.destroy();
      });
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    take: () => {
      const taken = { bytes, connections };
      [bytes, connections] = [0, 0];
      return taken;
    },
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

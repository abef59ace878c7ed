import { createRequire } from "node:module";

export type { Dispatcher } from "undici";

type Undici = Pick<typeof import("undici"), "Agent" | "ProxyAgent">;

/**
 * The two agents of undici without what is not used of it (fetch, WebSocket, mocks, caches): to load that would take as long
 * as to start Node. Where the parts are not found, all of it is loaded.
 */
export async function loadUndici(): Promise<Undici> {
  const load = createRequire(import.meta.url);
  try {
    const { prototype } = load("undici/lib/dispatcher/dispatcher.js") as { readonly prototype: object };
    const methods = load("undici/lib/api/index.js") as object;
    const Agent = load("undici/lib/dispatcher/agent.js") as Undici["Agent"];
    const ProxyAgent = load("undici/lib/dispatcher/proxy-agent.js") as Undici["ProxyAgent"];
    // As undici's own index does.
    Object.assign(prototype, methods);
    return { Agent, ProxyAgent };
  } catch {
    return import("undici");
  }
}

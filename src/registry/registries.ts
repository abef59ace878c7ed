import { createRegistry, type RegistryClient, type RegistryDeps } from "./client.ts";

/**
 * The registries of a run, by their names in references. Whoever asks for one gets the same client, and so shares its
 * connections, its login and what was learnt of its habits.
 */
export type Registries = (registry: string) => RegistryClient;

export function createRegistries(deps: RegistryDeps): Registries {
  const clients = new Map<string, RegistryClient>();
  return (registry) => {
    const client = clients.get(registry) ?? createRegistry(registry, deps);
    clients.set(registry, client);
    return client;
  };
}

/** The same registry for work that may end before the run does. */
export function until(signal: AbortSignal, client: RegistryClient): RegistryClient {
  return {
    ...client,
    signal,
    retry: { ...client.retry, signal },
    call: (request) => client.call({ signal, ...request }),
  };
}

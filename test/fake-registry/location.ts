import type { House } from "./exchange.ts";
import type { Session } from "./state.ts";

/** Changes with every byte that comes; its "+", "/" and "=" tell who rebuilds a query instead of keeping it. */
export function stateOf(session: Session): string {
  return `${session.id}+/${session.content.size}==`;
}

/** Where an upload goes on, in the words of the profile. */
export function locationOf(house: House, session: Session): string {
  const path = `/v2/${session.repository}/blobs/uploads/${session.id}`;
  const query = `?_state=${encodeURIComponent(stateOf(session))}`;
  switch (house.profile.location) {
    case "relative":
      return path;
    case "absolute":
      return house.registryUrl + path;
    case "state":
      return house.registryUrl + path + query;
    case "storage":
      return `${house.storageUrl}${path}${query}&X-Signature=signed%2Fhere`;
  }
}

export function storedAt(house: House, repository: string, digest: string): string {
  return `${house.storageUrl}/v2/${repository}/blobs/${digest}?X-Signature=signed%2Fhere`;
}

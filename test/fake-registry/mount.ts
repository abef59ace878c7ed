import { type Answer, created, failure } from "./answer.ts";
import type { House } from "./exchange.ts";
import type { Repository } from "./state.ts";

/** The answer to a mount; undefined where an ordinary upload begins instead. */
export function mount(house: House, repository: string, digest: string, from: string | null): Answer | undefined {
  const { state, profile } = house;
  const source = from === null ? anySource(house, digest) : state.repositories.get(from);
  const content = source?.blobs.get(digest);
  if (source !== undefined && content !== undefined && isMountable(house, source, digest)) {
    state.repository(repository).blobs.set(digest, content);
    return created(`/v2/${repository}/blobs/${digest}`, digest);
  }
  return profile.mountRefusal === 202 ? undefined : failure(profile.mountRefusal, "UNSUPPORTED", "mount refused");
}

function anySource(house: House, digest: string): Repository | undefined {
  if (house.profile.mount !== "anonymous") return undefined;
  return [...house.state.repositories.values()].find((one) => one.blobs.has(digest));
}

function isMountable(house: House, source: Repository, digest: string): boolean {
  if (house.profile.mount === "never") return false;
  if (house.profile.mount !== "referenced") return true;
  return [...source.manifests.values()].some((stored) => stored.document.blobs.includes(digest));
}

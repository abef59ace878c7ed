import { type Answer, failure, json } from "./answer.ts";
import type { Exchange, House } from "./exchange.ts";

/** `/v2/<name>/tags/list` with `n` and `last`. */
export function tags(exchange: Exchange, house: House, repository: string): Answer {
  const known = house.state.repositories.get(repository);
  if (known === undefined) return failure(404, "NAME_UNKNOWN");
  const { searchParams } = exchange.url;
  const last = searchParams.get("last") ?? "";
  const all = [...known.tags.keys()].sort();
  if (!house.profile.tagPages) return json({ name: repository, tags: all });
  const rest = all.filter((tag) => tag > last);
  const page = rest.slice(0, Number(searchParams.get("n") ?? rest.length));
  const next = `/v2/${repository}/tags/list?n=${page.length}&last=${page.at(-1) ?? ""}`;
  const link = page.length > 0 && page.length < rest.length ? { link: `<${next}>; rel="next"` } : undefined;
  return json({ name: repository, tags: page }, link);
}

/** `/v2/<name>/referrers/<digest>` with `artifactType`. */
export function referrers(exchange: Exchange, house: House, repository: string, digest: string): Answer {
  if (!house.profile.referrers)
    return { status: 404, headers: { "content-type": "text/plain" }, body: "404 page not found\n" };
  const wanted = exchange.url.searchParams.get("artifactType");
  const manifests = house.state
    .referrers(repository, digest)
    .filter(({ document }) => wanted === null || document.artifactType === wanted)
    .map(({ type, bytes, digest: own, document: { artifactType, annotations } }) => ({
      mediaType: type,
      digest: own,
      size: bytes.length,
      artifactType,
      annotations,
    }));
  const mediaType = "application/vnd.oci.image.index.v1+json";
  return json(
    { schemaVersion: 2, mediaType, manifests },
    {
      "content-type": mediaType,
      ...(wanted === null ? {} : { "oci-filters-applied": "artifactType" }),
    },
  );
}

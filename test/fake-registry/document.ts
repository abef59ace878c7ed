/** What a registry reads in a manifest or an index. */
export interface ManifestDocument {
  readonly mediaType: string | undefined;
  /** Digests of config and layers. Foreign layers are not asked for. */
  readonly blobs: readonly string[];
  /** Digests of an index's manifests. */
  readonly children: readonly string[];
  readonly subject: string | undefined;
  readonly artifactType: string | undefined;
  readonly annotations: Readonly<Record<string, string>> | undefined;
}

interface Item {
  readonly digest?: string;
  readonly mediaType?: string;
}

interface Raw {
  readonly mediaType?: string;
  readonly artifactType?: string;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly config?: Item;
  readonly layers?: readonly Item[];
  readonly manifests?: readonly Item[];
  readonly subject?: Item;
}

/** Throws a SyntaxError for what is not JSON. */
export function readManifest(bytes: Buffer): ManifestDocument {
  const raw = JSON.parse(bytes.toString()) as Raw;
  const config = raw.config === undefined ? [] : [raw.config];
  const layers = (raw.layers ?? []).filter((layer) => layer.mediaType?.includes("nondistributable") !== true);
  const digests = (items: readonly Item[]): readonly string[] => items.map((item) => item.digest ?? "");
  return {
    mediaType: raw.mediaType,
    blobs: digests([...config, ...layers]),
    children: digests(raw.manifests ?? []),
    subject: raw.subject?.digest,
    artifactType: raw.artifactType ?? raw.config?.mediaType,
    annotations: raw.annotations,
  };
}

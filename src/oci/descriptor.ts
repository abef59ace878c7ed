import type { Digest } from "./digest.ts";
import { isDigest } from "./digest.ts";
import {
  fieldsOf,
  invalid,
  optionalCount,
  optionalList,
  optionalMap,
  optionalString,
  present,
  readString,
  stringField,
} from "./fields.ts";
import type { Platform } from "./platform.ts";

/** image-spec, descriptor.md: what a blob is, which one, and how many bytes. */
export interface Descriptor {
  readonly mediaType: string;
  readonly digest: Digest;
  /** Bytes. */
  readonly size: number;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly platform?: Platform;
  readonly artifactType?: string;
  readonly urls?: readonly string[];
  readonly data?: string;
}

/** Throws ARCHIVE_INVALID that begins with `where` for anything that is no descriptor of a sha256 blob. */
export function readDescriptor(value: unknown, where: string): Descriptor {
  const fields = fieldsOf(value, where);
  const digest = stringField(fields, "digest");
  if (!isDigest(digest))
    throw invalid(`${where}.digest is not a sha256 digest: ${JSON.stringify(digest.slice(0, 80))}`);
  const size = optionalCount(fields, "size");
  if (size === undefined) throw invalid(`${where}.size is missing`);
  const platform = fields.get("platform");
  return present<Descriptor>({
    mediaType: stringField(fields, "mediaType"),
    digest,
    size,
    annotations: optionalMap(fields, "annotations", readString),
    platform: platform === undefined ? undefined : readPlatform(platform, `${where}.platform`),
    artifactType: optionalString(fields, "artifactType"),
    urls: optionalList(fields, "urls", 100, readString),
    data: optionalString(fields, "data"),
  });
}

function readPlatform(value: unknown, where: string): Platform {
  const fields = fieldsOf(value, where);
  // Empty variants are written by some builders and mean none.
  const variant = optionalString(fields, "variant");
  return present<Platform>({
    os: stringField(fields, "os"),
    architecture: stringField(fields, "architecture"),
    variant: variant === "" ? undefined : variant,
    "os.version": optionalString(fields, "os.version"),
    "os.features": optionalList(fields, "os.features", 100, readString),
  });
}

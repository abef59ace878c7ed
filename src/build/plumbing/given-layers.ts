import { createHash } from "node:crypto";
import { readFile, stat } from "node:fs/promises";
import { OciasmError } from "../../errors.ts";
import type { Listing } from "../../layers/listing.ts";
import { digestOfHex } from "../../oci/digest.ts";
import type { LayerFiles } from "./assemble-params.ts";
import { readLayerMetadata, type ToldLayer } from "./layer-metadata.ts";

/** A layer of the parameters: what is known of it, and where it lies. */
export interface GivenLayer extends ToldLayer {
  readonly files: LayerFiles;
}

/**
 * Throws ARCHIVE_INVALID, HASH_MISMATCH for other wheels than are asked for, and BLOB_CORRUPT for a blob of another size:
 * its bytes are checked when they are read.
 */
export async function readGivenLayers(layers: readonly LayerFiles[]): Promise<readonly GivenLayer[]> {
  const given: GivenLayer[] = [];
  for (const files of layers) {
    const told = readLayerMetadata(await readDeclared(files.metadata), files.metadata);
    const { size } = await stat(files.layer).catch(missing(files.layer));
    if (size !== told.record.size) {
      throw new OciasmError("BLOB_CORRUPT", `${files.layer} has ${size} bytes instead of ${told.record.size}`, {
        hint: `${files.metadata} is about another layer`,
      });
    }
    checkWheels(files, told);
    const { kind = told.record.kind, title = told.record.title } = files;
    given.push({ ...told, record: { ...told.record, kind, title }, files });
  }
  return given;
}

function checkWheels({ wheels, metadata }: LayerFiles, told: ToldLayer): void {
  const other = wheels?.find((sha256) => !told.wheels.includes(sha256));
  if (wheels === undefined || (other === undefined && wheels.length === told.wheels.length)) return;
  throw new OciasmError("HASH_MISMATCH", `${metadata} is about a layer of other wheels than the parameters name`, {
    hint: other === undefined ? undefined : `no wheel of it has the sha256 ${other}`,
  });
}

/** Throws BLOB_CORRUPT for a listing of another layer. */
export async function readListing({ files, record }: GivenLayer): Promise<Listing> {
  const bytes = await readDeclared(files.listing);
  if (digestOfHex(createHash("sha256").update(bytes).digest("hex")) === record.listing) {
    return JSON.parse(bytes.toString("utf8"));
  }
  throw new OciasmError("BLOB_CORRUPT", `${files.listing} is not the listing that ${files.metadata} names`);
}

function readDeclared(path: string): Promise<Buffer> {
  return readFile(path).catch(missing(path));
}

function missing(path: string): (cause: unknown) => never {
  return (cause) => {
    throw new OciasmError("INPUT_NOT_FOUND", `${path} can't be read`, { cause });
  };
}

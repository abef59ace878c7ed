import { OciasmError } from "../errors.ts";
import type { LayerCodec } from "./codec.ts";
import { gzip } from "./gzip.ts";
import { none } from "./none.ts";
import { zstd } from "./zstd.ts";

/** Every layer format. The first is the default. */
export const CODECS: readonly LayerCodec[] = [gzip, zstd, none];

/** Throws CONFIG_INVALID for a name that no codec has. */
export function codecNamed(name: string): LayerCodec {
  const codec = CODECS.find((candidate) => candidate.name === name);
  if (codec !== undefined) return codec;
  throw new OciasmError("CONFIG_INVALID", `no compression is called ${JSON.stringify(name)}`, {
    hint: `choose one of ${CODECS.map((candidate) => candidate.name).join(", ")}`,
  });
}

import { OciasmError } from "../errors.ts";
import { dockerArchiveType, ociArchiveType } from "./archive.ts";
import type { Destination, DestinationType } from "./destination.ts";
import { engineType } from "./engine.ts";
import { ociLayoutType } from "./oci-layout.ts";
import { parseOutputSpec } from "./output-spec.ts";
import { registryType } from "./registry.ts";

/** Every kind of output that `-o/--output` knows. */
export const destinationTypes: readonly DestinationType[] = [
  ociLayoutType,
  ociArchiveType,
  dockerArchiveType,
  engineType,
  registryType,
];

/** The destination of a spec such as `type=oci,dest=out.tar`. Throws USAGE. */
export function openDestination(text: string): Destination {
  const spec = parseOutputSpec(text);
  for (const type of destinationTypes) {
    const destination = type.open(spec);
    if (destination !== undefined) return destination;
  }
  throw new OciasmError("USAGE", `output ${JSON.stringify(text.slice(0, 200))} is of no known type`, {
    hint: "use type=oci,dest=PATH, type=docker[,dest=FILE] or type=registry",
  });
}

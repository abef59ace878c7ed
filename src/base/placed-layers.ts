import type { Descriptor } from "../oci/descriptor.ts";
import { type FilePart, partStream } from "../store/file-stream.ts";
import type { ImageSource } from "./image-source.ts";

/** The part of a source whose layers lie in files of this host. */
export function placedLayers(
  place: (descriptor: Descriptor) => Promise<FilePart>,
): Pick<ImageSource, "layer" | "stream" | "place"> {
  const stream: ImageSource["stream"] = async (descriptor, from = 0) => {
    const part = await place(descriptor);
    return partStream({ ...part, start: part.start + from });
  };
  return { layer: stream, stream, place };
}

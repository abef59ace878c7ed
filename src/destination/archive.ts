import { once } from "node:events";
import { dirname } from "node:path";
import { OciasmError, systemCode } from "../errors.ts";
import { archiveBytes, archiveMembers, layersSize } from "./archive-members.ts";
import { sweepLeftovers, writeAtomically } from "./atomic-file.ts";
import type { Destination, DestinationType, Publication, WriteDeps, WriteResult } from "./destination.ts";
import { destinationError } from "./destination-error.ts";
import { booleanKey, checkKeys } from "./output-spec.ts";

/** `type=oci,dest=FILE`: a layout as one tar, which Docker's readers understand too when it holds one platform. */
export const ociArchiveType: DestinationType = {
  name: "oci-archive",
  open: (spec) => {
    if (spec["type"] !== "oci" || !booleanKey(spec, "tar", true)) return undefined;
    checkKeys(spec, ["dest", "tar"]);
    if (!spec["dest"]) {
      throw new OciasmError("USAGE", "output type=oci needs dest=FILE", {
        hint: "name a file with dest=, or - for stdout",
      });
    }
    return ociArchive(spec["dest"]);
  },
};

/** One tar of every platform. */
export function ociArchive(dest: string): Destination {
  return archive(dest, "oci archive");
}

/** `type=docker,dest=FILE`: the same tar, held to one platform, for `docker load`. */
export const dockerArchiveType: DestinationType = {
  name: "docker-archive",
  open: (spec) => {
    if (spec["type"] !== "docker" || spec["dest"] === undefined) return undefined;
    checkKeys(spec, ["dest", "tar"]);
    if (spec["dest"] === "" || !booleanKey(spec, "tar", true)) {
      throw new OciasmError("USAGE", "output type=docker writes a tar only", {
        hint: "use type=oci,tar=false for a folder",
      });
    }
    const { title, write } = archive(spec["dest"], "docker archive");
    return { title, write: async (publication, deps) => write(onePlatform(publication), deps) };
  },
};

/** One uncompressed tar that is an OCI layout and a `docker save` archive at once; `-` is stdout. */
function archive(dest: string, kind: string): Destination {
  const title = `${kind} ${dest === "-" ? "on stdout" : dest}`;
  return {
    title,
    write: (publication, deps) => (dest === "-" ? toStdout(publication, deps) : toFile(dest, publication, deps)),
  };
}

export function onePlatform(publication: Publication): Publication {
  if (publication.images.length === 1 && publication.index === undefined) return publication;
  throw new OciasmError("USAGE", "a docker archive holds one platform only", {
    hint: "build for one --platform, or use type=oci",
  });
}

async function toFile(path: string, publication: Publication, deps: WriteDeps): Promise<WriteResult> {
  try {
    const members = archiveMembers(publication);
    await sweepLeftovers(dirname(path));
    await writeAtomically(path, async (file) => {
      for await (const chunk of archiveBytes(members, deps)) await file.writeFile(chunk);
    });
    return { uploaded: layersSize(members), mounted: 0, existing: 0 };
  } catch (error) {
    if (systemCode(error) !== "ENOENT" && systemCode(error) !== "EISDIR") {
      throw destinationError(error, path);
    }
    throw new OciasmError(
      "USAGE",
      `${path} can't be written: ${systemCode(error) === "EISDIR" ? "it is" : "there is no such"} folder`,
      {
        hint: "name a file in a folder that exists",
        cause: error,
      },
    );
  }
}

async function toStdout(publication: Publication, deps: WriteDeps): Promise<WriteResult> {
  const { stdout } = process;
  if (stdout.isTTY) {
    throw new OciasmError("USAGE", "a tar on the terminal helps nobody", {
      hint: "redirect the output, or name a file with dest=",
    });
  }
  const failed: unknown[] = [];
  const onError = (error: unknown): void => void failed.push(error);
  stdout.on("error", onError);
  try {
    const members = archiveMembers(publication);
    for await (const chunk of archiveBytes(members, deps)) {
      if (!stdout.write(Uint8Array.from(chunk))) await once(stdout, "drain");
      if (failed.length > 0) throw failed[0];
    }
    return { uploaded: layersSize(members), mounted: 0, existing: 0 };
  } finally {
    stdout.off("error", onError);
  }
}

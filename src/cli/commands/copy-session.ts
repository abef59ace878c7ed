import type { Copied } from "../../build/copy-step.ts";
import { type OpenDeps, openDeps } from "../../build/open-deps.ts";
import { readOwnConfig } from "../../build/read-config.ts";
import { withRegistries } from "../../build/registry-settings.ts";
import { formatPlatform, type Platform, parsePlatform } from "../../oci/platform.ts";
import { createDiskStore } from "../../store/disk.ts";
import { whileUsed } from "../../store/held-locks.ts";
import { type Arguments, listFlag, stringFlag } from "../arguments.ts";
import { formatBytes } from "../render/units.ts";
import type { Session } from "../session.ts";
import type { Answer } from "../verbs.ts";
import { version } from "../version.ts";

/** Runs `work` with the parts of ring 2, and closes them. Registries are reached as this folder's configuration says. */
export async function withDeps<T>(args: Arguments, session: Session, work: (deps: OpenDeps) => Promise<T>): Promise<T> {
  const { config } = await readOwnConfig(".", stringFlag(args, "file"), createDiskStore(session.cacheDir));
  const deps = openDeps({
    ...session,
    environment: withRegistries(session.environment, config.registries, "."),
    userAgent: `ociasm/${version()}`,
    insecureRegistries: listFlag(args, "insecure-registry") ?? config.insecureRegistries ?? [],
  });
  try {
    return await whileUsed(deps.store, () => work(deps), session.signal);
  } finally {
    await deps.close();
  }
}

/** `--platform`, where it was given. */
export function platformFlag(args: Arguments): Platform | undefined {
  const text = stringFlag(args, "platform");
  return text === undefined ? undefined : parsePlatform(text);
}

/** What `pull`, `push`, `copy` and `index create` print: a name by its digest, and where the bytes were. */
export function copyAnswer(names: readonly string[], { tree, written }: Copied, session: Session): Answer {
  const { digest, mediaType } = tree.top.descriptor;
  const [first] = names;
  const ref = first === undefined ? digest : `${first.split("@")[0] ?? first}@${digest}`;
  session.report({
    type: "note",
    message: `${formatBytes(written.uploaded)} moved, ${formatBytes(written.mounted)} mounted, ${formatBytes(written.existing)} there already`,
  });
  const images = tree.images.map(({ platform, manifest, config, layers }) => ({
    platform: formatPlatform(platform),
    digest: manifest.descriptor.digest,
    config: config.descriptor.digest,
    size: layers.reduce((sum, layer) => sum + layer.size, 0),
  }));
  return { text: ref, json: { schema: 1, ref, digest, mediaType, tags: names, images, bytes: written } };
}

import { buildTar, digestOfBytes, type LayerMember } from "./image.ts";

/** What `docker save` wrote before it knew OCI: manifest.json, a config and a plain tar for each layer. */
export async function dockerArchive(
  tars: readonly Uint8Array[],
  more: { readonly runtime?: object; readonly madeBy?: readonly string[] } = {},
): Promise<Uint8Array> {
  const config = JSON.stringify({
    architecture: "amd64",
    os: "linux",
    config: more.runtime ?? {},
    rootfs: { type: "layers", diff_ids: tars.map(digestOfBytes) },
    history: tars.map((_, at) => ({ created_by: more.madeBy?.[at] ?? `/bin/sh -c step ${at}` })),
  });
  const names = tars.map((tar) => `${digestOfBytes(tar).slice(7)}/layer.tar`);
  const configName = `${digestOfBytes(Buffer.from(config)).slice(7)}.json`;
  const members: Record<string, LayerMember> = Object.fromEntries(names.map((name, at) => [name, tars[at] ?? ""]));
  members[configName] = config;
  members["manifest.json"] = JSON.stringify([{ Config: configName, RepoTags: ["test/image:1"], Layers: names }]);
  return buildTar(members);
}

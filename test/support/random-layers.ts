import { buildTar, type LayerMember } from "./image.ts";
import { Random } from "./random.ts";

const NAMES = ["a", "b", "bin", "lib", "x.py", "+", "é"] as const;

/** Layers that write over each other: files, folders named and unnamed, links, whiteouts of what is there and what is not. */
export async function randomLayers(seed: number): Promise<readonly Uint8Array[]> {
  const random = new Random(seed * 7919 + 17);
  const known: string[] = ["a"];
  const tars: Uint8Array[] = [];
  for (let count = 2 + random.below(5); count > 0; count--) {
    const members: Record<string, LayerMember> = {};
    for (let entries = 3 + random.below(40); entries > 0; entries--) {
      const path = Array.from({ length: 1 + random.below(4) }, () => random.pick(NAMES)).join("/");
      const [name, member] = randomMember(path, known, random);
      members[name] = member;
      known.push(path);
    }
    tars.push(await buildTar(members));
  }
  return tars;
}

function randomMember(path: string, known: readonly string[], random: Random): readonly [string, LayerMember] {
  const kind = random.below(20);
  const old = known[random.below(known.length)] ?? path;
  const cut = old.lastIndexOf("/") + 1;
  if (kind < 10) return [path, "x".repeat(random.below(3000))];
  if (kind < 13) return [`${path}/`, { type: "directory", mode: 0o755 }];
  if (kind < 14) return [path, { type: "symlink", linkname: old }];
  if (kind < 15) return [path, { type: "link", linkname: old }];
  if (kind < 16) return [`${path}/.wh..wh..opq`, ""];
  if (kind < 19) return [`${old.slice(0, cut)}.wh.${old.slice(cut)}`, ""];
  return [`.wh.${random.pick(NAMES)}`, ""];
}

import type { PackPlace } from "../assemble/job.ts";
import { bytecodeKey } from "../layers/key.ts";
import type { BytecodeSource, InstallScheme } from "../layers/recipe.ts";
import type { Task } from "./all-or-nothing.ts";
import { findPack, makePack } from "./bytecode-packs.ts";
import type { BuildDeps } from "./deps.ts";
import type { ImagePlan, PlannedLayer } from "./image-plan.ts";

/** The bytecode that layers are made of: what is missing is compiled by `work`, which others may wait for. */
export interface Packing {
  /** Compiles all that is missing, one piece after the other; several may work at once. */
  readonly work: Task<void>;
  /** Whether there is anything to compile. */
  readonly isNeeded: boolean;
  /** By the sha256 of wheel or deb, as soon as it is there; rejects when the work fails. */
  packsOf(layer: PlannedLayer): Promise<Readonly<Record<string, PackPlace>>>;
}

interface Piece {
  readonly source: BytecodeSource;
  readonly scheme: InstallScheme;
  readonly done: (place: PackPlace) => void;
  readonly failed: (error: unknown) => void;
}

export async function openPacking(
  layers: readonly PlannedLayer[],
  plan: Pick<ImagePlan, "runtime" | "projectFiles">,
  deps: Pick<BuildDeps, "store" | "compilers">,
): Promise<Packing> {
  const places = new Map<string, Promise<PackPlace>>();
  const pieces: Piece[] = [];
  for (const { source, scheme } of layers.flatMap(bytecodeOf)) {
    const key = bytecodeKey(source, scheme);
    if (places.has(key)) continue;
    const known = await findPack(source, scheme, deps.store);
    places.set(key, known === undefined ? promised(source, scheme, pieces) : Promise.resolve(known));
  }
  pieces.sort((a, b) => b.source.of.size - a.source.of.size);
  const work = async (signal: AbortSignal): Promise<void> => {
    for (let piece = pieces.shift(); piece !== undefined; piece = pieces.shift()) {
      try {
        piece.done(await makePack(piece.source, piece.scheme, plan, deps, signal));
      } catch (error) {
        for (const { failed } of [piece, ...pieces.splice(0)]) failed(error);
        throw error;
      }
    }
    await deps.compilers.rest();
  };
  return {
    work,
    isNeeded: pieces.length > 0,
    packsOf: async (layer) => {
      const found = bytecodeOf(layer).map(async ({ source, scheme }) => {
        return [source.of.sha256, await places.get(bytecodeKey(source, scheme))] as const;
      });
      return Object.fromEntries((await Promise.all(found)).flatMap(([key, place]) => (place ? [[key, place]] : [])));
    },
  };
}

function promised(source: BytecodeSource, scheme: InstallScheme, pieces: Piece[]): Promise<PackPlace> {
  const place = new Promise<PackPlace>((done, failed) => {
    pieces.push({ source, scheme, done, failed });
  });
  // The work itself reports a failure; nobody may be waiting here yet.
  place.catch(() => {});
  return place;
}

function bytecodeOf({
  recipe: { sources, scheme },
}: PlannedLayer): readonly { readonly source: BytecodeSource; readonly scheme: InstallScheme }[] {
  return sources.flatMap((source) => (source.type === "bytecode" ? [{ source, scheme }] : []));
}

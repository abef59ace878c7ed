import type { LockHistory, Wheel } from "./_lock-history.ts";

/** The layers of an image, lowest first. */
export type Layers = readonly (readonly Wheel[])[];

/** How a tool deals an image's wheels out to `count` layers or fewer. One is made for each history: it may remember. */
export type LayerRule = (image: readonly Wheel[], count: number) => Layers;

/** What all updates of a history moved, the first image left out. Bytes of wheels. */
export interface Moved {
  /** Of layers that the registry never had. */
  readonly pushed: number;
  /** Of layers that the image before did not have: for one who follows every update. */
  readonly pulled: number;
  /** Of all layers from the lowest that changed on: what an engine unpacks that keeps unpacked layers by their chain. */
  readonly unpacked: number;
}

export function replay({ images }: LockHistory, rule: LayerRule, counts: readonly number[]): Moved {
  const registry = new Set<string>();
  let before: readonly string[] = [];
  const moved = { pushed: 0, pulled: 0, unpacked: 0 };
  images.forEach((image, at) => {
    const layers = rule(image, counts[at] ?? 1).filter((layer) => layer.length > 0);
    const names = layers.map(contentOf);
    const same = names.findIndex((name, place) => name !== before[place]);
    layers.forEach((layer, place) => {
      const name = names[place] ?? "";
      const size = bytesOf(layer);
      if (at > 0 && !registry.has(name)) moved.pushed += size;
      if (at > 0 && !before.includes(name)) moved.pulled += size;
      if (at > 0 && same >= 0 && place >= same) moved.unpacked += size;
      registry.add(name);
    });
    before = names;
  });
  return moved;
}

export function bytesOf(wheels: readonly Wheel[]): number {
  return wheels.reduce((sum, { size }) => sum + size, 0);
}

function contentOf(layer: readonly Wheel[]): string {
  return layer
    .map(({ sha256 }) => sha256)
    .sort()
    .join();
}

// What a layer costs a pull beyond its bytes, and how fast a good line is: research on pull times names 0.1 to 0.2 s,
// and Docker and containerd fetch three layers at a time.
const SECONDS_A_LAYER = 0.15;
const BYTES_A_SECOND = 25e6;
const CONNECTIONS = 3;

/** Seconds to fetch all layers, in order, on whichever connection is free. */
export function pullSeconds(layers: Layers): number {
  const busy = Array.from({ length: CONNECTIONS }, () => 0);
  for (const layer of layers) {
    const free = busy.indexOf(Math.min(...busy));
    busy[free] = (busy[free] ?? 0) + SECONDS_A_LAYER + bytesOf(layer) / BYTES_A_SECOND;
  }
  return Math.max(...busy);
}

import { readFileSync } from "node:fs";
import { mkdtemp, realpath, rm, stat } from "node:fs/promises";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import pLimit from "p-limit";
import { createPool } from "../../src/assemble/pool.ts";
import { type SelectedPackage, selectPackages } from "../../src/resolve/select.ts";
import { wheelLayer } from "../support/layer-tree.ts";
import { findPip, type PipOracle, pipTree } from "../support/pip-tree.ts";
import { compareTrees, type Difference } from "./compare.ts";
import { corpusCacheDir, openCorpusIndex, readPins } from "./index.ts";
import { CORPUS_LISTS, CORPUS_TARGETS, type CorpusList } from "./targets.ts";

/** A pin of testdata/corpus. */
export interface CorpusPin {
  readonly list: CorpusList;
  readonly selected: SelectedPackage;
}

export interface CorpusResult {
  /** "numpy==2.4.6 (musl)". */
  readonly label: string;
  readonly filename: string;
  /** Of the layer. */
  readonly files: number;
  /** Of the layer's files. */
  readonly bytes: number;
  readonly wheelBytes: number;
  readonly differences: readonly Difference[];
}

function readList(name: string): ReturnType<typeof selectPackages> {
  const file = `testdata/corpus/${name}.txt`;
  const text = readFileSync(new URL(`../../../${file}`, import.meta.url), "utf8");
  const target = CORPUS_TARGETS[name as CorpusList] ?? CORPUS_TARGETS.glibc;
  return selectPackages(readPins(file, text), target, { extras: [], groups: [], noDefaultGroups: false });
}

/** All pins, list by list. */
export function corpusPins(): readonly CorpusPin[] {
  return CORPUS_LISTS.flatMap((list) => readList(list).map((selected) => ({ list, selected })));
}

/** The pins whose hashes ci.txt repeats. */
export function smallCorpusPins(): readonly CorpusPin[] {
  const file = "testdata/corpus/ci.txt";
  const text = readFileSync(new URL(`../../../${file}`, import.meta.url), "utf8");
  const wanted = new Set(text.match(/(?<=sha256:)[0-9a-f]{64}/g));
  return corpusPins().filter(({ selected }) => selected.package.sha256.some((hash) => wanted.has(hash)));
}

export interface Corpus {
  readonly pip: PipOracle;
  /** Makes both trees of each wheel, two wheels at a time. Results come in the order of the pins. */
  run(pins: readonly CorpusPin[], done?: (result: CorpusResult) => void): Promise<readonly CorpusResult[]>;
  close(): Promise<void>;
}

/** Undefined without a pip to compare with. */
export async function openCorpus(): Promise<Corpus | undefined> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), "oc-")));
  const pip = await findPip(folder);
  if (pip === undefined) {
    await rm(folder, { recursive: true, force: true });
    return undefined;
  }
  const index = await openCorpusIndex(corpusCacheDir());
  const pool = createPool({ workers: Math.min(2, cpus().length) });
  const [downloads, trees] = [pLimit(4), pLimit(2)];
  let count = 0;
  const compare = async ({ list, selected }: CorpusPin): Promise<CorpusResult> => {
    const { name, version = "" } = selected.package;
    const place = join(folder, `${count++}`);
    const { wheel, wheelPath } = await downloads(async () => {
      const locked = await index.lock(selected, CORPUS_TARGETS[list]);
      return { wheel: locked, wheelPath: await index.fetch(locked) };
    });
    return trees(async () => {
      const { filename, sha256, size } = wheel;
      const source = { type: "wheel", name, version, filename, sha256, size } as const;
      const [layer, tree] = await Promise.all([
        wheelLayer(pool, source, { wheelPath, folder: `${place}-layer` }),
        pipTree(pip, { name, version, filename, wheelPath, folder: place }),
      ]);
      const nodes = [...layer.nodes.values()].filter((node) => node.type !== "directory");
      return {
        label: `${name}==${version} (${list})`,
        filename,
        files: nodes.length,
        bytes: nodes.reduce((sum, node) => sum + (node.size ?? 0), 0),
        wheelBytes: (await stat(wheelPath)).size,
        differences: compareTrees(layer, tree),
      };
    });
  };
  return {
    pip,
    run: (pins, done) =>
      Promise.all(
        pins.map(async (pin) => {
          const result = await compare(pin).catch((error: unknown) => failed(pin, error));
          done?.(result);
          return result;
        }),
      ),
    close: async () => {
      await Promise.all([pool.close(), index.close()]);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** A wheel that one of the two refuses is a difference like any other. */
function failed({ list, selected }: CorpusPin, error: unknown): CorpusResult {
  const { name, version } = selected.package;
  const detail = error instanceof Error ? error.message : String(error);
  const label = `${name}==${version} (${list})`;
  return { label, filename: "", files: 0, bytes: 0, wheelBytes: 0, differences: [{ kind: "layer", detail }] };
}

import { open } from "node:fs/promises";
import { Worker } from "node:worker_threads";
import type { ByteSource } from "../../src/archive/bytes.ts";
import { readZip } from "../../src/archive/zip.ts";
import type { Piece } from "./pieces.ts";
import { processPieces } from "./pieces.ts";

// node main.js THREADS OUT WHEEL…: the least that has to be done with the bytes of wheels to make layers of them.

const [threads = "1", out = "", ...wheels] = process.argv.slice(2);

async function piecesOf(path: string): Promise<readonly Piece[]> {
  const file = await open(path);
  const { size } = await file.stat();
  const source: ByteSource = {
    size,
    read: async (offset, length) => (await file.read(new Uint8Array(length), 0, length, offset)).buffer,
  };
  const entries = await readZip(source);
  await file.close();
  return entries
    .filter((entry) => entry.compressedSize > 0)
    .map(({ dataOffset, compressedSize, size: plain, method }) => ({
      path,
      dataOffset,
      compressedSize,
      plain,
      method,
    }));
}

/** The largest first, each to whom has least. */
function dealt(pieces: readonly Piece[], hands: number): readonly (readonly Piece[])[] {
  const piles = Array.from({ length: hands }, () => ({ bytes: 0, pieces: [] as Piece[] }));
  for (const piece of [...pieces].sort((a, b) => b.plain - a.plain)) {
    const least = piles.reduce((one, other) => (other.bytes < one.bytes ? other : one));
    least.pieces.push(piece);
    least.bytes += piece.plain;
  }
  return piles.map((pile) => pile.pieces);
}

const all = (await Promise.all(wheels.map(piecesOf))).flat();
const piles = dealt(all, Number(threads));
await Promise.all(
  piles.map(async (pieces, at) => {
    if (piles.length === 1) return processPieces(pieces, `${out}/0`);
    const worker = new Worker(new URL("./worker.js", import.meta.url), { workerData: { pieces, out: `${out}/${at}` } });
    await new Promise<void>((resolve, reject) => {
      worker.once("error", reject);
      worker.once("exit", () => resolve());
    });
  }),
);

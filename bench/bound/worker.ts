import { workerData } from "node:worker_threads";
import { type Piece, processPieces } from "./pieces.ts";

const { pieces, out } = workerData as { readonly pieces: readonly Piece[]; readonly out: string };
processPieces(pieces, out);

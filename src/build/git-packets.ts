import { OciasmError } from "../errors.ts";

/** The lines of git's protocol (gitprotocol-common, pkt-line), without those that only separate. */
export function* packetLines(bytes: Uint8Array, label: string): Generator<Uint8Array, void, undefined> {
  for (let at = 0; at < bytes.length; ) {
    const text = Buffer.from(bytes.subarray(at, at + 4)).toString("latin1");
    const length = /^[0-9a-f]{4}$/i.test(text) ? Number.parseInt(text, 16) : 3;
    if (length === 3 || at + length > bytes.length) throw refusedByGit(label, "the answer is not git's protocol");
    if (length > 4) yield bytes.subarray(at + 4, at + length);
    at += Math.max(4, length);
  }
}

export function refusedByGit(label: string, problem: string): OciasmError {
  return new OciasmError("INPUT_NOT_FOUND", `${label}: ${problem.slice(0, 200)}`, {
    hint: "check the name of the commit, branch or tag, or lock again: it may be gone from the repository",
  });
}

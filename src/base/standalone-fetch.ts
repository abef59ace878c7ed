import { copyFile, open, rm } from "node:fs/promises";
import { OciasmError, systemCode } from "../errors.ts";
import { basicAuthorization, splitUserInfo } from "../net/basic-auth.ts";
import { download } from "../net/download.ts";
import { redactUrl } from "../net/redact.ts";
import { digestOfHex } from "../oci/digest.ts";
import { hashHandle } from "../store/hash-file.ts";
import type { BaseDeps } from "./base.ts";

/** A standalone Python: a URL, or a file by its absolute path, and what it has to be. */
export interface PythonArchive {
  readonly url: string;
  /** Hex. */
  readonly sha256: string;
}

/** Larger than any that is made. */
const MAX_ARCHIVE = 2 ** 30;

export function archiveName({ url }: Pick<PythonArchive, "url">): string {
  const [path = ""] = redactUrl(url).split(/[?#]/);
  return decoded(path.slice(path.replaceAll("\\", "/").lastIndexOf("/") + 1));
}

function decoded(name: string): string {
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}

/** Brings the archive into the store and says how large it is. Rejects with HASH_MISMATCH for other bytes. */
export async function fetchArchive(
  archive: PythonArchive,
  offline: boolean,
  deps: Pick<BaseDeps, "blobs" | "http" | "report" | "signal">,
): Promise<number> {
  const digest = digestOfHex(archive.sha256);
  const name = archiveName(archive);
  const event = (state: "start" | "progress" | "done" | "reused", bytes: number): void =>
    deps.report({ type: "transfer", id: name, what: "base", state, bytes });
  const known = await deps.blobs.has(digest);
  if (known !== undefined) {
    event("reused", known);
    return known;
  }
  const file = await deps.blobs.temporary();
  try {
    event("start", 0);
    const isRemote = /^https?:/i.test(archive.url);
    const size = isRemote
      ? await overNetwork(archive, file, offline, deps, event)
      : await fromDisk(archive, file, deps);
    await deps.blobs.adopt(file, { digest, size });
    event("done", size);
    return size;
  } finally {
    await rm(file, { force: true });
  }
}

async function overNetwork(
  { url: address, sha256 }: PythonArchive,
  file: string,
  offline: boolean,
  { http, signal }: Pick<BaseDeps, "http" | "signal">,
  event: (state: "progress", bytes: number) => void,
): Promise<number> {
  if (offline) {
    throw new OciasmError("OFFLINE", `${archiveName({ url: address })} is not in the cache`, {
      hint: "build once without --offline",
    });
  }
  const { url, user, password } = splitUserInfo(address);
  const headers = user === undefined ? {} : { authorization: basicAuthorization(user, password ?? "") };
  const progress = (bytes: number): void => event("progress", bytes);
  const request = { url, headers, sha256, file, signal, progress, maxSize: MAX_ARCHIVE, code: "MIRROR_ERROR" } as const;
  return (await download(http, request)).size;
}

async function fromDisk(
  { url: path, sha256 }: PythonArchive,
  file: string,
  { signal }: Pick<BaseDeps, "signal">,
): Promise<number> {
  await copyFile(path, file).catch((error: unknown) => {
    if (systemCode(error) !== "ENOENT") throw error;
    throw new OciasmError("INPUT_NOT_FOUND", `there is no ${path}, which python names`, { cause: error });
  });
  const handle = await open(file, "r");
  try {
    const got = await hashHandle(handle, signal);
    if (got.sha256 === sha256) return got.size;
    throw new OciasmError("HASH_MISMATCH", `${path} has sha256 ${got.sha256}, and python says ${sha256}`, {
      hint: "take the archive that is meant, or write down its own sha256",
    });
  } finally {
    await handle.close();
  }
}

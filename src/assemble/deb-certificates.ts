import { concatBytes, utf8 } from "../archive/bytes.ts";
import type { TarEntry } from "../archive/tar-entry.ts";
import type { DebLayer, GeneratedFile } from "./deb-generated.ts";
import { compareBytes } from "./deb-order.ts";

export const CERTIFICATE_FOLDER = "usr/share/ca-certificates/";
const NEWLINE = 0x0a;

/** Whether it is one of the certificates that update-ca-certificates reads. */
export function isCertificate({ type, path }: Pick<TarEntry, "type" | "path">): boolean {
  return type === "file" && path.startsWith(CERTIFICATE_FOLDER) && path.endsWith(".crt");
}

/** /etc/ssl/certs/ca-certificates.crt as update-ca-certificates writes it: all certificates, by byte order of path. */
export async function certificateBundle({ nodes, spool }: DebLayer): Promise<readonly GeneratedFile[]> {
  const certificates = [...nodes.values()]
    .filter(({ entry }) => isCertificate(entry))
    .sort((a, b) => compareBytes(a.entry.path, b.entry.path));
  const parts: Uint8Array[] = [];
  for (const { entry, offset } of certificates) {
    const bytes = await spool.read(offset, entry.size);
    parts.push(bytes);
    if (bytes.at(-1) !== NEWLINE) parts.push(utf8("\n"));
  }
  if (parts.length === 0) return [];
  return [{ path: "etc/ssl/certs/ca-certificates.crt", bytes: concatBytes(parts) }];
}

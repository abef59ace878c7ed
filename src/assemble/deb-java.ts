import { fromUtf8 } from "../archive/bytes.ts";
import { CERTIFICATE_FOLDER, isCertificate } from "./deb-certificates.ts";
import type { DebLayer, GeneratedFile } from "./deb-generated.ts";
import { compareBytes } from "./deb-order.ts";
import { javaKeystore } from "./java-keystore.ts";

/** 1980-01-01: when all of them were added. */
const ADDED = 315_532_800;

/** /etc/ssl/certs/java/cacerts as the script of ca-certificates-java makes it, of all certificates of the image. */
export async function javaAuthorities({ debs, all, spool }: DebLayer): Promise<readonly GeneratedFile[]> {
  const asking = debs.find(({ source }) => source.package === "ca-certificates-java");
  if (asking === undefined) return [];
  const files = [...all.values()]
    .filter(({ entry, offset }) => offset >= 0 && isCertificate(entry))
    .sort((a, b) => compareBytes(a.entry.path, b.entry.path));
  const certificates = [];
  for (const { entry, offset } of files) {
    const pem = fromUtf8(await spool.read(offset, entry.size));
    certificates.push({ alias: aliasOf(entry.path.slice(CERTIFICATE_FOLDER.length)), pem });
  }
  const bytes = javaKeystore(certificates, ADDED);
  return [{ path: "etc/ssl/certs/java/cacerts", bytes, source: asking.source }];
}

/** By the name that update-ca-certificates gives the certificate. */
function aliasOf(path: string): string {
  const name = path.slice(path.lastIndexOf("/") + 1, -".crt".length);
  return `debian:${name.replaceAll(/[ ,]/g, "_").replaceAll(/[()]/g, "=")}.pem`.replaceAll(/[^\x20-\x7e]/g, "_");
}

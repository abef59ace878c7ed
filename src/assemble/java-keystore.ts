import { createHash, X509Certificate } from "node:crypto";
import { concatBytes, utf8 } from "../archive/bytes.ts";

/** What every JDK ships its authorities with. */
const PASSWORD = "changeit";
/** Salt of the seal (sun.security.provider.JavaKeyStore). */
const SALT = "Mighty Aphrodite";

const MAGIC = 0xfeedfeed;
const VERSION = 2;
const TRUSTED = 2;

/** A certificate under its alias, as PEM. */
export interface TrustedCertificate {
  readonly alias: string;
  readonly pem: string;
}

/**
 * A Java keystore of authorities in the format JKS, which every Java reads, sealed with the usual password. All entries
 * carry `seconds` since 1970. What is no certificate is passed over.
 */
export function javaKeystore(certificates: readonly TrustedCertificate[], seconds: number): Uint8Array {
  const entries = certificates.flatMap(({ alias, pem }) => {
    const der = derOf(pem);
    return der === undefined ? [] : [entry(alias.toLowerCase(), der, seconds)];
  });
  const content = concatBytes([number32(MAGIC), number32(VERSION), number32(entries.length), ...entries]);
  const password = Buffer.from(PASSWORD, "utf16le").swap16();
  const seal = createHash("sha1").update(password).update(SALT).update(content).digest();
  return concatBytes([content, seal]);
}

function derOf(pem: string): Uint8Array | undefined {
  try {
    return new X509Certificate(pem).raw;
  } catch {
    return undefined;
  }
}

function entry(alias: string, der: Uint8Array, seconds: number): Uint8Array {
  const time = Buffer.alloc(8);
  time.writeBigUInt64BE(BigInt(seconds) * 1000n);
  return concatBytes([number32(TRUSTED), text(alias), time, text("X.509"), number32(der.length), der]);
}

/** As DataOutput.writeUTF has it; aliases are ASCII. */
function text(value: string): Uint8Array {
  const bytes = utf8(value);
  const length = Buffer.alloc(2);
  length.writeUInt16BE(bytes.length);
  return concatBytes([length, bytes]);
}

function number32(value: number): Uint8Array {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

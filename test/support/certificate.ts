import { generateKeyPairSync, type KeyObject, randomBytes, sign } from "node:crypto";

/** A certificate with its key, and what it takes to sign others with it. */
export interface TestCertificate {
  /** PEM. */
  readonly certificate: string;
  readonly key: string;
  readonly name: string;
  readonly privateKey: KeyObject;
}

export interface CertificateOptions {
  /** Common name. */
  readonly name: string;
  /** DNS names and IPv4 addresses that it is for; none for an authority. */
  readonly hosts?: readonly string[];
  /** Default: it signs itself. */
  readonly authority?: TestCertificate;
  readonly from?: Date;
  readonly until?: Date;
}

const DAY = 86_400_000;

/** Makes an X.509 certificate (RFC 5280) with a fresh P-256 key. */
export function makeCertificate(options: CertificateOptions): TestCertificate {
  const { name, hosts = [], authority } = options;
  const pair = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const now = Date.now();
  const extensions = [
    // basicConstraints: an authority where there are no hosts.
    extension("551d13", der(0x30, ...(hosts.length === 0 ? [der(0x01, Buffer.from([255]))] : []))),
    ...(hosts.length === 0 ? [] : [extension("551d11", der(0x30, ...hosts.map(alternative)))]),
  ];
  const body = der(
    0x30,
    der(0xa0, der(0x02, Buffer.from([2]))),
    der(0x02, Buffer.concat([Buffer.from([1]), randomBytes(8)])),
    ECDSA_SHA256,
    nameOf(authority?.name ?? name),
    der(0x30, time(options.from ?? new Date(now - DAY)), time(options.until ?? new Date(now + DAY))),
    nameOf(name),
    pair.publicKey.export({ type: "spki", format: "der" }),
    der(0xa3, der(0x30, ...extensions)),
  );
  const signature = sign("sha256", body, authority?.privateKey ?? pair.privateKey);
  const whole = der(0x30, body, ECDSA_SHA256, der(0x03, Buffer.concat([Buffer.from([0]), signature])));
  const lines = whole.toString("base64").match(/.{1,64}/g) ?? [];
  return {
    certificate: ["-----BEGIN CERTIFICATE-----", ...lines, "-----END CERTIFICATE-----", ""].join("\n"),
    key: pair.privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
    name,
    privateKey: pair.privateKey,
  };
}

/** Tag, length and value of DER (X.690, section 8.1). */
function der(tag: number, ...parts: readonly Uint8Array[]): Buffer {
  const value = Buffer.concat(parts);
  const [high, low] = [value.length >> 8, value.length & 255];
  const length = value.length < 128 ? [low] : value.length < 256 ? [0x81, low] : [0x82, high, low];
  return Buffer.concat([Buffer.from([tag, ...length]), value]);
}

const oid = (hex: string): Buffer => der(0x06, Buffer.from(hex, "hex"));
const ECDSA_SHA256 = der(0x30, oid("2a8648ce3d040302"));

function nameOf(text: string): Buffer {
  return der(0x30, der(0x31, der(0x30, oid("550403"), der(0x0c, Buffer.from(text)))));
}

function time(date: Date): Buffer {
  return der(0x18, Buffer.from(date.toISOString().replace(/[-:T]|\.\d+/g, "")));
}

function extension(id: string, value: Buffer): Buffer {
  return der(0x30, oid(id), der(0x04, value));
}

function alternative(host: string): Buffer {
  const isAddress = /^[\d.]+$/.test(host);
  return isAddress ? der(0x87, Buffer.from(host.split(".").map(Number))) : der(0x82, Buffer.from(host));
}

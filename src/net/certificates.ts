import { readFile } from "node:fs/promises";
import { createSecureContext, rootCertificates, type SecureContext } from "node:tls";
import { OciasmError } from "../errors.ts";

const VARIABLES = ["SSL_CERT_FILE", "NODE_EXTRA_CA_CERTS", "PIP_CERT", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"] as const;

/**
 * Node's roots together with those of the environment's bundles and of `caFiles`; undefined when there are none to add.
 * A missing file of the environment is skipped, as OpenSSL does; a missing one of `caFiles` is CONFIG_INVALID.
 */
export async function trustedRoots(
  environment: Readonly<Record<string, string | undefined>>,
  caFiles: readonly string[],
): Promise<SecureContext | undefined> {
  const added = new Set<string>();
  for (const file of new Set(VARIABLES.map((name) => environment[name]))) {
    if (file === undefined || file === "" || caFiles.includes(file)) continue;
    for (const certificate of certificatesIn(await readFile(file, "latin1").catch(() => ""))) added.add(certificate);
  }
  for (const file of caFiles) for (const certificate of await explicit(file)) added.add(certificate);
  if (added.size === 0) return undefined;
  const roots = rootCertificates.flatMap(certificatesIn);
  // One context for all connections: parsing some hundred certificates takes longer than a handshake.
  return createSecureContext({ ca: [...new Set([...roots, ...added])] });
}

async function explicit(file: string): Promise<readonly string[]> {
  const found = certificatesIn(
    await readFile(file, "latin1").catch((error: unknown) => {
      throw new OciasmError("CONFIG_INVALID", `certificate file ${file} cannot be read`, { cause: error });
    }),
  );
  if (found.length > 0) return found;
  throw new OciasmError("CONFIG_INVALID", `certificate file ${file} holds no PEM certificate`);
}

function certificatesIn(pem: string): readonly string[] {
  const blocks = pem.split("-----BEGIN CERTIFICATE-----").slice(1);
  return blocks.flatMap((block) => {
    const end = block.indexOf("-----END CERTIFICATE-----");
    if (end < 0) return [];
    const base64 = block.slice(0, end).replace(/\s+/g, "");
    return [`-----BEGIN CERTIFICATE-----\n${base64.replace(/.{64}/g, "$&\n")}\n-----END CERTIFICATE-----\n`];
  });
}

import { basename } from "node:path/posix";

/** How many bytes of a file `secretByContent` wants to see. */
export const SECRET_HEAD_BYTES = 65_536;

const NAMES =
  /^(?:\.env(?:\..+)?|\.envrc|\.netrc|_netrc|\.npmrc|\.yarnrc\.yml|\.pypirc|\.pgpass|\.my\.cnf|\.git-credentials|\.htpasswd|\.vault-token|id_(?:rsa|dsa|ecdsa|ed25519|ecdsa_sk|ed25519_sk)|.+\.(?:p12|pfx|jks|keystore|kdbx|ppk))$/i;
/** Templates of .env files are documentation. */
const TEMPLATES = /^\.env\..*(?:example|sample|template|dist|defaults?)$/i;
const FOLDERS = /(?:^|\/)\.(?:aws|ssh|gnupg|azure|kube)(?:\/|$)/;
const PATHS = /(?:^|\/)(?:\.docker\/config\.json|\.config\/gcloud(?:\/.*)?|\.streamlit\/secrets\.toml)$/;
const PRIVATE_KEY = /-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY(?: BLOCK)?-----/;
const KEY_FILE = /\.(?:pem|key|crt|cer|asc)$/i;
const PIP_CONFIG = /^(?:pip\.conf|pip\.ini|uv\.toml)$/i;
const URL_WITH_PASSWORD = /[a-z]:\/\/[^\s/@:]*:[^\s/@]+@/i;
const SERVICE_ACCOUNT = /"private_key"\s*:\s*"-----BEGIN/;

/** Whether a path alone says that the file is somebody's credential. Paths are relative to the context. */
export function secretByName(path: string): boolean {
  const name = basename(path);
  if (TEMPLATES.test(name)) return false;
  return NAMES.test(name) || FOLDERS.test(path) || PATHS.test(path);
}

/** Whether the first SECRET_HEAD_BYTES of a file say so: a private key, a password in a package index's URL. */
export function secretByContent(path: string, head: Uint8Array): boolean {
  const name = basename(path);
  const mayHoldLater = KEY_FILE.test(name) || PIP_CONFIG.test(name) || name.endsWith(".json");
  // Of other files only the start counts: a test or a manual may quote a key.
  const text = new TextDecoder("latin1").decode(mayHoldLater ? head : head.subarray(0, 96));
  if (KEY_FILE.test(name)) return PRIVATE_KEY.test(text);
  if (PIP_CONFIG.test(name)) return URL_WITH_PASSWORD.test(text);
  if (name.endsWith(".json")) return SERVICE_ACCOUNT.test(text);
  const start = text.trimStart();
  return start.startsWith("-----BEGIN") && PRIVATE_KEY.test(start);
}

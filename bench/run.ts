import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";

// npm run bench -- [case]: each case is a file here that exports `bench`.
const here = fileURLToPath(new URL(".", import.meta.url));
const cases = readdirSync(here)
  .filter((file) => file.endsWith(".js") && file !== "run.js" && !file.startsWith("_"))
  .map((file) => file.slice(0, -3))
  .sort();

const UPDATE = "--update-baseline";
const words = process.argv.slice(2);
if (words.includes(UPDATE)) process.env["OCIASM_BENCH_UPDATE"] = "1";
const [wanted, ...rest] = words.filter((word) => word !== UPDATE);
if (wanted === undefined || !cases.includes(wanted)) {
  console.error(`usage: npm run bench -- CASE [${UPDATE}]\ncases: ${cases.join(", ")}`);
  process.exitCode = 2;
} else {
  // What is measured is without bytecode, as uv and most others have it, but where a case asks for it.
  process.env["OCIASM_BYTECODE"] ??= "none";
  readCertificatesLate();
  const module: { bench(args: readonly string[]): Promise<void> } = await import(`./${wanted}.js`);
  await module.bench(rest);
}

/** Node 20 reads the file that this variable names at each start, connected or not; all others read theirs to connect. */
function readCertificatesLate(): void {
  const { NODE_EXTRA_CA_CERTS: file } = process.env;
  if (file === undefined) return;
  process.env["SSL_CERT_FILE"] ??= file;
  delete process.env["NODE_EXTRA_CA_CERTS"];
}

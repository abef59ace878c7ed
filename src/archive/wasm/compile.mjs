// Compiles the programs here, which are AssemblyScript, to WebAssembly, and writes each as NAME-code.ts, which git ignores.
// Does nothing where that is newer.
import { readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** The others named *.as.ts are parts of these. */
const PROGRAMS = ["inflate", "deflate"];

const folder = new URL("./", import.meta.url);
const age = (url) => statSync(url, { throwIfNoEntry: false })?.mtimeMs ?? 0;
const sources = readdirSync(folder).filter((file) => file.endsWith(".as.ts"));
const newest = Math.max(age(import.meta.url), ...sources.map((file) => age(new URL(file, folder))));

for (const name of PROGRAMS) {
  const target = new URL(`${name}-code.ts`, folder);
  if (age(target) <= newest) writeFileSync(target, embed(await compile(new URL(`${name}.as.ts`, folder))));
}

async function compile(source) {
  const { default: asc } = await import("assemblyscript/asc");
  const binary = new URL(`${source.href}.wasm`);
  const options = ["-O3", "--converge", "--noAssert", "--runtime", "stub", "--enable", "simd", "--use", "abort="];
  // --memoryBase keeps the compiler's own data away from the tables that begin at 0.
  const memory = ["--memoryBase", "65536", "--initialMemory", "20", "--maximumMemory", "32768"];
  const paths = [fileURLToPath(source), "--outFile", fileURLToPath(binary)];
  const { error, stderr } = await asc.main([...paths, ...options, ...memory]);
  if (error) throw new Error(stderr.toString(), { cause: error });
  const bytes = readFileSync(binary);
  rmSync(binary);
  return bytes;
}

function embed(bytes) {
  return `/** WebAssembly, in base64. */\nexport const CODE: string =\n  "${bytes.toString("base64")}";\n`;
}

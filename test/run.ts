import { readdirSync } from "node:fs";
import { join, sep } from "node:path";
import { run } from "node:test";
import { spec } from "node:test/reporters";
import { fileURLToPath } from "node:url";

// `node --test DIR` means different things to Node 20 and 22; this finds the files itself.
// Arguments: parts of paths to run; none runs everything but the suites that need a network (test/e2e).
const here = fileURLToPath(new URL(".", import.meta.url));
const wanted = process.argv.slice(2);

const files = readdirSync(here, { recursive: true, encoding: "utf8" })
  .filter((file) => file.endsWith(".test.js"))
  .filter((file) => (wanted.length === 0 ? !isEndToEnd(file) : wanted.some((part) => file.includes(part))))
  .sort();

if (files.length === 0) {
  console.error(`no test file matches ${wanted.join(" ")}`);
  process.exitCode = 2;
} else {
  // End-to-end files start containers, servers and builds of their own: one at a time, so that none starves.
  const concurrency = files.some(isEndToEnd) ? 1 : 2;
  const stream = run({ files: files.map((file) => join(here, file)), concurrency });
  stream.on("test:fail", (event) => {
    if (event.todo === undefined || event.todo === false) process.exitCode = 1;
  });
  stream.compose(new spec()).pipe(process.stdout);
}

function isEndToEnd(file: string): boolean {
  return file.startsWith(`e2e${sep}`);
}

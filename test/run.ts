import { readdirSync } from "node:fs";
import { join } from "node:path";
import { run } from "node:test";
import { spec } from "node:test/reporters";
import { fileURLToPath } from "node:url";

// `node --test DIR` means different things to Node 20 and 22; this finds the files itself.
// Arguments: parts of paths to run; none runs everything but the suites that need a network (test/e2e).
const here = fileURLToPath(new URL(".", import.meta.url));
const wanted = process.argv.slice(2);

const files = readdirSync(here, { recursive: true, encoding: "utf8" })
  .filter((file) => file.endsWith(".test.js"))
  .filter((file) => (wanted.length === 0 ? !file.startsWith("e2e") : wanted.some((part) => file.includes(part))))
  .sort()
  .map((file) => join(here, file));

if (files.length === 0) {
  console.error(`no test file matches ${wanted.join(" ")}`);
  process.exitCode = 2;
} else {
  const stream = run({ files, concurrency: 2 });
  stream.on("test:fail", (event) => {
    if (event.todo === undefined || event.todo === false) process.exitCode = 1;
  });
  stream.compose(new spec()).pipe(process.stdout);
}

import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { posix } from "node:path";
import { test } from "node:test";
import { parseCommandLine } from "../../src/cli/args.ts";
import { ROOT } from "../support/cli.ts";

const pages: readonly string[] = [
  ...readdirSync(ROOT).filter((file) => file.endsWith(".md")),
  ...readdirSync(`${ROOT}docs`, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".md"))
    .map((file) => posix.join("docs", file.replaceAll("\\", "/"))),
];

const textOf = (page: string): string => readFileSync(`${ROOT}${page}`, "utf8");

test("every link between pages leads to a file, and to a heading of it", () => {
  const broken: string[] = [];
  let links = 0;
  for (const page of pages) {
    for (const [, target = ""] of textOf(page).matchAll(/\]\(([^)\s]+)\)/g)) {
      if (/^[a-z]+:/.test(target)) continue;
      links += 1;
      const [path = "", heading] = target.split("#");
      const file = path === "" ? page : posix.join(posix.dirname(page), path);
      if (!existsSync(`${ROOT}${file}`)) broken.push(`${page}: ${target}`);
      else if (heading !== undefined && !headings(textOf(file)).includes(heading)) broken.push(`${page}: ${target}`);
    }
  }
  assert.ok(links > 10);
  assert.deepEqual(broken, []);
});

test("every file that a page names in the tree is there", () => {
  const paths = /`((?:src|test|docs|layout|schema|examples|bench|\.ci)\/[\w./-]*\w)\/?`/g;
  const missing = pages
    .filter((page) => page !== "CHANGELOG.md")
    .flatMap((page) => [...textOf(page).matchAll(paths)].map((match) => `${page}: ${match[1]}`))
    .filter((line) => !line.includes("/foo") && !existsSync(`${ROOT}${line.split(": ")[1]}`));
  assert.deepEqual(missing, []);
});

test("docs/architecture.md names every room of src", () => {
  const text = textOf("docs/architecture.md");
  const rooms = readdirSync(`${ROOT}src`, { withFileTypes: true }).map((entry) => {
    return entry.isDirectory() ? `${entry.name}/` : entry.name;
  });
  const [rings = "", table = ""] = [/## Four rings.*?## /s, /## The rooms.*?Beside/s].map(
    (part) => part.exec(text)?.[0],
  );
  const named = (part: string) => part.split("\n").filter((line) => line.startsWith("| "));
  const inRings = named(rings).flatMap((line) =>
    [...(line.split("|")[2] ?? "").matchAll(/`([^`]+)`/g)].map((m) => m[1]),
  );
  const inTable = named(table).flatMap((line) => /^\| `([^`]+)`/.exec(line)?.[1] ?? []);
  assert.ok(inRings.length > 15 && inTable.length > 15);
  assert.deepEqual(
    rooms.filter((room) => !inRings.includes(room)),
    [],
  );
  assert.deepEqual(
    rooms.filter((room) => room.endsWith("/") && !inTable.includes(room)),
    [],
  );
});

test("README has the two commands that a fresh clone is set up and tested with", () => {
  const blocks = [...textOf("README.md").matchAll(/```sh\n(.*?)```/gs)].map((match) => match[1] ?? "");
  assert.equal(
    blocks[0],
    "npm ci && npx ociasm build examples/hello -t hello:1 -o type=oci,dest=out/hello,tar=false\n",
  );
  assert.equal(blocks[1], "npm ci && npm test\n");
});

test("every ociasm command line in README parses", () => {
  const lines = textOf("README.md")
    .split("\n")
    .filter((line) => /npx ociasm /.test(line));
  assert.ok(lines.length >= 4);
  for (const line of lines) {
    const words = (/npx ociasm ([^&#]*)/.exec(line)?.[1] ?? "").trim().split(/\s+/);
    assert.ok(parseCommandLine(words, {}).verb, line);
  }
});

test("every npm command that CONTRIBUTING names is a script", () => {
  const { scripts } = JSON.parse(textOf("package.json"));
  const named = [...textOf("CONTRIBUTING.md").matchAll(/npm run ([\w:]+)/g)].map((match) => match[1] ?? "");
  assert.ok(named.length >= 7);
  for (const name of ["test", ...named]) assert.equal(typeof scripts[name], "string", name);
});

test("the lock of the dependencies names no host", () => {
  assert.doesNotMatch(textOf("package-lock.json"), /"resolved"/);
});

function headings(text: string): readonly string[] {
  return [...text.matchAll(/^#+ (.+)$/gm)].map(([, title = ""]) => {
    return title
      .toLowerCase()
      .replace(/[^\w\- ]/g, "")
      .replaceAll(" ", "-");
  });
}

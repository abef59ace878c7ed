import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import type { ServerResponse } from "node:http";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import type { HttpResponse } from "../../src/net/http-client.ts";
import { htmlPieces } from "../../src/pypi/html-pieces.ts";
import type { IndexFile } from "../../src/pypi/index-file.ts";
import { filesIn } from "../../src/pypi/packed-files.ts";
import { readPage } from "../../src/pypi/page-reader.ts";
import { startHttpServer } from "../support/http-server.ts";
import { Random } from "../support/random.ts";
import { parseSimpleHtml } from "../support/simple-pages.ts";
import { temporaryFolder } from "../support/temporary.ts";

/** An answer whose body comes in chunks of a few bytes. */
function answer(body: string, type: string, chunk: number): HttpResponse {
  const bytes = Buffer.from(body);
  return {
    status: 200,
    headers: { "content-type": type },
    url: "https://index.example/simple/demo/",
    body: (async function* () {
      for (let at = 0; at < bytes.length; at += chunk) yield bytes.subarray(at, at + chunk);
    })(),
    bytes: async () => bytes,
    text: async () => body,
    discard: async () => {},
  };
}

async function filesOf(response: HttpResponse): Promise<readonly IndexFile[]> {
  return filesIn((await readPage(response)).parts).map((listed) => listed.file());
}

test("a page reads the same in any pieces, letters of several bytes too", async () => {
  const html = '<base href="/w/"><a href="d%C3%A9mo-1-py3-none-any.whl" data-yanked="gr\u00f6\u00dfer \u4e2d">x</a>';
  const json = JSON.stringify({
    files: [{ filename: "demo-1-py3-none-any.whl", url: "../f/1", yanked: "\u4e2d \ud83d\ude00" }],
  });
  for (const chunk of [1, 2, 3, 7, 1000]) {
    const [page] = await filesOf(answer(html, "text/html", chunk));
    assert.equal(page?.url, "https://index.example/w/d%C3%A9mo-1-py3-none-any.whl");
    assert.equal(page?.yanked, "gr\u00f6\u00dfer \u4e2d");
    for (const type of ["application/json", ""]) {
      const [file] = await filesOf(answer(`\n ${json}`, type, chunk));
      assert.equal(file?.url, "https://index.example/simple/f/1");
      assert.equal(file?.yanked, "\u4e2d \ud83d\ude00");
    }
  }
});

test("no piece ends within a tag, a comment or a script", async () => {
  const random = new Random(3);
  const parts = [
    '<a href="a-1.tar.gz">',
    "<!-- <a href='hidden-1.tar.gz'> -->",
    "<script>if (a < b) '<a href=\"hidden-2.tar.gz\">'</script>",
    "text < more\n".repeat(40),
    "<STYLE>a<b</STYLE>",
  ] as const;
  let text = "";
  while (text.length < 3_000_000) text += random.pick(parts);
  const chunks = (async function* () {
    for (let at = 0; at < text.length; at += 50_001) yield text.slice(at, at + 50_001);
  })();
  const pieces: string[] = [];
  for await (const piece of htmlPieces(chunks)) pieces.push(piece);
  assert.equal(pieces.join(""), text);
  assert.ok(pieces.length > 5);
  const url = "https://index.example/";
  const names = pieces.flatMap((piece) => parseSimpleHtml(piece, url).files.map((file) => file.filename));
  assert.deepEqual(
    names,
    parseSimpleHtml(text, url).files.map((file) => file.filename),
  );
  assert.equal(names.includes("hidden-1.tar.gz"), false);
});

type Kind = "json" | "html" | "sparse";

/** Writes a page of so many files, each with some hundred characters that nobody asked for. */
async function writeLargePage(response: ServerResponse, count: number, kind: Kind): Promise<void> {
  const isJson = kind === "json";
  response.writeHead(200, { "content-type": isJson ? "application/json" : "text/html" });
  if (isJson) response.write('{"meta":{"api-version":"1.0"},"files":[');
  const row = { json: jsonRow, html: htmlRow, sparse: sparseRow }[kind];
  for (let at = 0; at < count; at++) if (!response.write(row(at))) await once(response, "drain");
  response.end(isJson ? "]}" : "</body>");
}

const PADDING = "x".repeat(400);

function jsonRow(at: number): string {
  const hashes = { sha256: at.toString(16).padStart(64, "0") };
  const filename = fileOf(at);
  return `${at === 0 ? "" : ","}${JSON.stringify({ filename, url: `/f/${filename}`, hashes, provenance: PADDING })}`;
}

function htmlRow(at: number): string {
  return `<a href="/f/${fileOf(at)}#sha256=${at.toString(16).padStart(64, "0")}" title="${PADDING}">x</a>\n`;
}

const MUCH = `${PADDING}\n`.repeat(600);

/** Every second one with much behind it; the others are read in one step. */
function sparseRow(at: number): string {
  return `<a href="https://files.example/f/${fileOf(at)}">x</a>\n${at % 2 === 0 ? "" : MUCH}`;
}

function fileOf(at: number): string {
  return `big-1.${at}-py3-none-any.whl`;
}

for (const [kind, count, megabytes] of [
  ["json", 190_000, 100],
  ["html", 100_000, 50],
  ["sparse", 1200, 140],
] as const) {
  test(`a ${kind} page of ${count} files and ${megabytes} MB is read in a heap of 64 MB, and read again`, async (t) => {
    const server = await startHttpServer(t);
    server.handle(`/${kind}/big/`, (_, response) => {
      writeLargePage(response, count, kind).catch(() => response.destroy());
    });
    const reader = fileURLToPath(new URL("./page-counter.js", import.meta.url));
    const cache = temporaryFolder(t);
    for (const mode of ["online", "offline"]) {
      const args = ["--max-old-space-size=64", reader, `${server.url}/${kind}/`, cache, mode];
      const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
      let output = "";
      child.stdout.setEncoding("utf8").on("data", (text: string) => {
        output += text;
      });
      await once(child, "close");
      assert.equal(output, `${count} ${fileOf(count - 1)}\n`);
    }
    assert.equal(server.log.length, 1);
  });
}

test("a page of more files than anybody has is refused", async (t) => {
  const row = '{"filename":"a-1-py3-none-any.whl","url":"a"},';
  const body = `{"files":[${row.repeat(200_001)}{}]}`;
  await assert.rejects(readPage(answer(body, "application/json", 65_536)), {
    code: "INDEX_ERROR",
    message: /200000 files/,
  });
  t.diagnostic(`${body.length} bytes`);
});

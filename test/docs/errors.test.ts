import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { ERROR_CODES, exitCode } from "../../src/errors.ts";
import { ROOT } from "../support/cli.ts";

const page = readFileSync(`${ROOT}docs/errors.md`, "utf8");

test("every error code is explained under its exit code, and none besides", () => {
  const documented = new Map<string, number>();
  let section = 0;
  for (const line of page.split("\n")) {
    const exit = /^## Exit code (\d+)$/.exec(line)?.[1];
    if (exit !== undefined) section = Number(exit);
    const code = /^### ([A-Z_]+)$/.exec(line)?.[1];
    if (code !== undefined) documented.set(code, section);
  }
  assert.deepEqual([...documented].sort(), ERROR_CODES.map((code) => [code, exitCode(code)] as const).sort());
});

test("every error code is thrown somewhere", () => {
  const sources = readdirSync(`${ROOT}src`, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".ts") && file !== "errors.ts")
    .map((file) => readFileSync(`${ROOT}src/${file}`, "utf8"))
    .join("\n");
  const own = readFileSync(`${ROOT}src/errors.ts`, "utf8").split("export type ErrorCode")[1] ?? "";
  assert.deepEqual(
    ERROR_CODES.filter((code) => !`${sources}${own}`.includes(`"${code}"`)),
    [],
  );
});

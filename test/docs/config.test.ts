import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { configJsonSchema } from "../../src/build/config-schema.ts";
import { decodeConfig } from "../../src/build/read-config.ts";
import { verbHelp } from "../../src/cli/help.ts";
import { VERBS } from "../../src/cli/verbs.ts";
import { ociasm, ROOT } from "../support/cli.ts";
import { schemaErrors } from "../support/json-schema.ts";
import { configKeys, generatedParts, generatedSchemas, withParts } from "./generated.ts";

const page = readFileSync(`${ROOT}docs/config.md`, "utf8");

test("docs/config.md has every key, verb, flag and twin as the program has them", () => {
  assert.equal(page, withParts(page, generatedParts()), "run `npm run schema`");
});

for (const [file, schema] of Object.entries(generatedSchemas())) {
  test(`${file} is the decoder's`, () => {
    const written: unknown = JSON.parse(readFileSync(`${ROOT}${file}`, "utf8"));
    assert.deepEqual(written, JSON.parse(JSON.stringify(schema)), "run `npm run schema`");
  });
}

test("every key has a description, and no two have the same path", () => {
  const keys = configKeys();
  assert.ok(keys.length > 60, `${keys.length} keys`);
  assert.equal(new Set(keys.map(([path]) => path)).size, keys.length);
  assert.deepEqual(
    keys.filter(([, schema]) => typeof schema["description"] !== "string").map(([path]) => path),
    [],
  );
});

test("the examples of docs/config.md decode, say the same, and fit the schema", async () => {
  const [yaml, toml] = ["yaml", "toml"].map((language) => page.split(`\`\`\`${language}\n`)[1]?.split("```")[0] ?? "");
  const decoded = await decodeConfig("ociasm.yaml", yaml ?? "");
  assert.deepEqual(await decodeConfig("pyproject.toml", toml ?? ""), decoded);
  assert.equal(decoded?.base, "deb:bookworm");
  assert.deepEqual(schemaErrors(configJsonSchema(), { base: "scratch", expose: [8000] }), []);
  assert.notDeepEqual(schemaErrors(configJsonSchema(), { bas: "scratch" }), []);
});

test("help of every verb names each of its flags", async () => {
  for (const verb of VERBS) {
    const { code, stdout } = await ociasm(["help", ...verb.name.split(" ")]);
    assert.equal(code, 0);
    assert.equal(stdout, `${verbHelp(verb)}\n`);
    for (const flag of verb.groups.flatMap((group) => group.flags)) assert.ok(stdout.includes(`--${flag.name}`));
  }
});

import { readFileSync, writeFileSync } from "node:fs";
import { ROOT } from "../support/cli.ts";
import { actionParts } from "./action-parts.ts";
import { generatedParts, generatedSchemas, withParts } from "./generated.ts";

// npm run schema: writes what is generated; test/docs/{config,action}.test.ts fail when it was forgotten.
for (const [file, schema] of Object.entries(generatedSchemas())) {
  writeFileSync(`${ROOT}${file}`, `${JSON.stringify(schema, undefined, 2)}\n`);
}
const page = `${ROOT}docs/config.md`;
writeFileSync(page, withParts(readFileSync(page, "utf8"), generatedParts()));
const action = `${ROOT}docs/action.md`;
writeFileSync(action, withParts(readFileSync(action, "utf8"), actionParts()));

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "../test/support/cli.ts";
import { allResults } from "./report/finish.ts";
import { withTables } from "./report/page.ts";

/** `report`: writes the tables of docs/benchmarks.md anew from the results of OCIASM_BENCH_MACHINE. */
export async function bench(): Promise<void> {
  const page = join(ROOT, "docs/benchmarks.md");
  writeFileSync(page, withTables(readFileSync(page, "utf8"), allResults()));
}

#!/usr/bin/env node
import { setEngineFlags } from "./engine-flags.ts";
import { versionLine } from "./version.ts";

// Nothing else is loaded for the answer that scripts ask for most often.
const args = process.argv.slice(2);
if (args.length === 1 && (args[0] === "--version" || args[0] === "-V")) {
  process.stdout.write(`${versionLine()}\n`);
} else {
  setEngineFlags();
  const { main } = await import("./run.ts");
  process.exitCode = await main(args);
}

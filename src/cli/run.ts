import { nearest } from "../build/nearest.ts";
import { exitCode, OciasmError, toOciasmError } from "../errors.ts";
import { parseCommandLine } from "./args.ts";
import { booleanFlag } from "./arguments.ts";
import { renderError } from "./errors.ts";
import { overview, verbHelp } from "./help.ts";
import { openSession } from "./session.ts";
import { VERBS } from "./verbs.ts";
import { versionLine } from "./version.ts";

/** Runs one command line: the result on stdout, all else on stderr. Returns the exit code. */
export async function main(argv: readonly string[]): Promise<number> {
  try {
    const text = await answer(argv);
    await print(text);
    return 0;
  } catch (thrown) {
    const error = toOciasmError(thrown);
    const verbose = argv.some((word) => word === "-v" || word === "--verbose");
    const color = process.stderr.isTTY === true && !process.env["NO_COLOR"];
    process.stderr.write(`${renderError(error, { verbose, color })}\n`);
    return exitCode(error.code);
  }
}

async function answer(argv: readonly string[]): Promise<string> {
  const [first, ...rest] = argv;
  if (first === undefined || first === "--help" || first === "-h") return overview();
  if (first === "--version" || first === "-V") return versionLine();
  if (first === "help") return rest.length === 0 ? overview() : verbHelp(verbNamed(rest.join(" ")));
  if (first === "completion") return (await import("./completion.ts")).completion(rest[0]);
  if (argv.includes("--help") || argv.includes("-h")) {
    return verbHelp(verbNamed(argv.filter((word) => !word.startsWith("-")).join(" ")));
  }
  const { verb, args } = parseCommandLine(argv, process.env);
  const session = await openSession(args);
  try {
    const command = await verb.load();
    const result = await command(args, session);
    return booleanFlag(args, "json") ? JSON.stringify(result.json, undefined, 2) : result.text;
  } finally {
    await session.close();
  }
}

function verbNamed(words: string): (typeof VERBS)[number] {
  const verb = VERBS.find((candidate) => words === candidate.name || words.startsWith(`${candidate.name} `));
  if (verb !== undefined) return verb;
  const guess = nearest(
    words,
    VERBS.map((candidate) => candidate.name),
  );
  throw new OciasmError("USAGE", `there is no verb \`${words}\``, {
    hint: guess === undefined ? "run `ociasm help`" : `try \`ociasm help ${guess}\``,
  });
}

/** Waits for a slow reader, and takes a reader that went away for an end, not for an error. */
function print(text: string): Promise<void> {
  if (text === "") return Promise.resolve();
  return new Promise((resolve) => {
    process.stdout.once("error", () => resolve());
    process.stdout.write(`${text}\n`, () => resolve());
  });
}

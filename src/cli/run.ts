import { nearest } from "../build/nearest.ts";
import { exitCode, OciasmError, toOciasmError } from "../errors.ts";
import { parseCommandLine } from "./args.ts";
import { booleanFlag } from "./arguments.ts";
import { renderError } from "./errors.ts";
import { overview, verbHelp } from "./help.ts";
import { openSession } from "./session.ts";
import { type Answer, VERBS } from "./verbs.ts";
import { versionLine } from "./version.ts";

/** Runs one command line: the result on stdout, all else on stderr. Returns the exit code. */
export async function main(argv: readonly string[]): Promise<number> {
  try {
    const { text, failure } = await answer(argv);
    await print(text);
    return failure === undefined ? 0 : fail(failure, argv);
  } catch (thrown) {
    return fail(toOciasmError(thrown), argv);
  }
}

function fail(error: OciasmError, argv: readonly string[]): number {
  const verbose = argv.some((word) => word === "-v" || word === "--verbose");
  const color = process.stderr.isTTY === true && !process.env["NO_COLOR"];
  process.stderr.write(`${renderError(error, { verbose, color })}\n`);
  return exitCode(error.code);
}

type Printed = Pick<Answer, "text" | "failure">;

async function answer(argv: readonly string[]): Promise<Printed> {
  const help = await helpText(argv);
  if (help !== undefined) return { text: help };
  const { verb, args } = parseCommandLine(argv, process.env);
  const session = await openSession(args);
  try {
    const command = await verb.load();
    const { text, json, failure } = await command(args, session);
    const printed = booleanFlag(args, "json") ? JSON.stringify(json, undefined, 2) : text;
    return failure === undefined ? { text: printed } : { text: printed, failure };
  } finally {
    await session.close();
  }
}

/** What needs no run. */
async function helpText(argv: readonly string[]): Promise<string | undefined> {
  const [first, ...rest] = argv;
  if (first === undefined || first === "--help" || first === "-h") return overview();
  if (first === "--version" || first === "-V") return versionLine();
  if (first === "help") return rest.length === 0 ? overview() : verbHelp(verbNamed(rest.join(" ")));
  if (first === "completion") return (await import("./completion.ts")).completion(rest[0]);
  if (argv.includes("--help") || argv.includes("-h")) {
    return verbHelp(verbNamed(argv.filter((word) => !word.startsWith("-")).join(" ")));
  }
  return undefined;
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

import type { BuildRequest } from "../build/prepare-step.ts";
import { parseCommandLine } from "../cli/args.ts";
import type { Arguments } from "../cli/arguments.ts";
import { readRequest } from "../cli/build-request.ts";
import { openSession, type Session } from "../cli/session.ts";
import type { OciasmError } from "../errors.ts";
import type { Environment } from "./inputs.ts";

export interface VerbResult<T> {
  /** What `--json` prints. */
  readonly json: T;
  /** What was asked for was found wanting. */
  readonly failure: OciasmError | undefined;
}

/** Runs a verb of the command line in this process. Throws what it throws. */
export async function runVerb<T>(argv: readonly string[], environment: Environment): Promise<VerbResult<T>> {
  const { verb, args } = parseCommandLine(argv, environment);
  const command = await verb.load();
  return withSession(args, environment, async (session) => {
    const { json, failure } = await command(args, session);
    return { json: json as T, failure };
  });
}

/** What a build with these words is asked for, the configuration included. */
export function readBuildRequest(argv: readonly string[], environment: Environment): Promise<BuildRequest> {
  const { args } = parseCommandLine(argv, environment);
  return withSession(args, environment, (session) => readRequest(args, session));
}

async function withSession<T>(
  args: Arguments,
  environment: Environment,
  work: (session: Session) => Promise<T>,
): Promise<T> {
  const session = await openSession(args);
  try {
    return await work({ ...session, environment });
  } finally {
    await session.close();
  }
}

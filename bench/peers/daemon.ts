import { spawn } from "node:child_process";
import { findTool } from "../../test/support/tools.ts";

/** A program that goes on until it is stopped. */
export interface Daemon {
  readonly pid: number;
  stop(): Promise<void>;
}

/** Starts a program of PATH, or of a path; rejects where there is none. */
export async function startDaemon(program: string, args: readonly string[]): Promise<Daemon> {
  if (findTool(program) === undefined) throw new Error(`${program} is not here`);
  const child = spawn(program, args, { stdio: "ignore" });
  const ended = new Promise((resolve) => child.once("exit", resolve).once("error", resolve));
  return {
    pid: child.pid ?? 0,
    stop: async () => {
      child.kill();
      await ended;
    },
  };
}

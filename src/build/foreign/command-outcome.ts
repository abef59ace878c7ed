import type { ImageState } from "./state.ts";

/** What a command line would have done to an image: states that need no run, or why it needs one. */
export type CommandOutcome =
  | { readonly done: true; readonly state: CommandState; readonly notes: readonly string[]; readonly installs?: true }
  | { readonly done: false; readonly reason: string; readonly wayOut: string };

/** Package lines have no place yet: it is that of the command. */
export type CommandState = Omit<ImageState, "packages"> & { readonly packages?: readonly string[] };

export function done(state: CommandState = {}, notes: readonly string[] = []): CommandOutcome {
  return { done: true, state, notes };
}

/** Of a command that fills an environment, be it with what a lock lists. */
export function installed(state: CommandState, notes: readonly string[] = []): CommandOutcome {
  return { done: true, state, notes, installs: true };
}

import type { BuildEvent } from "../../events.ts";
import { githubRenderer } from "./github.ts";
import { jsonRenderer } from "./json.ts";
import { plainRenderer } from "./plain.ts";
import { quietRenderer } from "./quiet.ts";
import { ttyRenderer } from "./tty.ts";

/** Shows events; the only subscriber of a run. `close` leaves the terminal clean. */
export interface Renderer {
  event(event: BuildEvent): void;
  close(): void;
}

/** Where a renderer writes, and what it may know of the world. */
export interface Screen {
  write(text: string): void;
  /** Columns, where it is a terminal. */
  readonly columns: number | undefined;
  readonly color: boolean;
  readonly verbose: boolean;
  /** Milliseconds of a clock that never goes back. */
  now(): number;
}

/** Add a style: a file here, a line in this table and its name in the --progress flag. */
export const RENDERERS: Readonly<Record<string, (screen: Screen) => Renderer>> = {
  tty: ttyRenderer,
  plain: plainRenderer,
  json: jsonRenderer,
  github: githubRenderer,
  quiet: quietRenderer,
};

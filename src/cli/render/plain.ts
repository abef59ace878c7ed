import { eventLine } from "./line.ts";
import type { Renderer, Screen } from "./renderer.ts";

/** For logs: a line for each thing that is finished. */
export function plainRenderer(screen: Screen): Renderer {
  return {
    event: (event) => {
      const line = eventLine(event, screen.verbose);
      if (line !== undefined) screen.write(`${line}\n`);
    },
    close: () => {},
  };
}

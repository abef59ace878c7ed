import type { Renderer, Screen } from "./renderer.ts";

/** One event a line, as ../../events.ts has it. */
export function jsonRenderer(screen: Screen): Renderer {
  return { event: (event) => screen.write(`${JSON.stringify(event)}\n`), close: () => {} };
}

import type { Renderer } from "./renderer.ts";

export function quietRenderer(): Renderer {
  return { event: () => {}, close: () => {} };
}

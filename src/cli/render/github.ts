import { eventLine } from "./line.ts";
import type { Renderer, Screen } from "./renderer.ts";

/** As plain, with warnings as annotations (workflow commands of GitHub Actions). */
export function githubRenderer(screen: Screen): Renderer {
  return {
    event: (event) => {
      const line = eventLine(event, screen.verbose);
      if (line === undefined) return;
      screen.write(
        event.type === "warning" ? `::warning title=ociasm::${escapeCommand(event.message)}\n` : `${line}\n`,
      );
    },
    close: () => {},
  };
}

function escapeCommand(text: string): string {
  return text.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
}

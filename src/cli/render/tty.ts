import type { BuildEvent } from "../../events.ts";
import { eventLine } from "./line.ts";
import type { Renderer, Screen } from "./renderer.ts";
import { countLayers, createTally, sumTransfers, type Tally } from "./tally.ts";
import { formatBytes, formatSeconds } from "./units.ts";

const FRAME_MS = 100;

/** For people: what needs saying scrolls by, one status line stays below it. */
export function ttyRenderer(screen: Screen): Renderer {
  const { tally, add } = createTally();
  const start = screen.now();
  let drawn = false;
  let last = Number.NEGATIVE_INFINITY;

  const clear = () => {
    if (drawn) screen.write("\r\u001b[2K");
    drawn = false;
  };
  const draw = () => {
    const now = screen.now();
    if (now - last < FRAME_MS) return;
    last = now;
    clear();
    screen.write(`${statusLine(tally, now - start)}`.slice(0, (screen.columns ?? 80) - 1));
    drawn = true;
  };
  return {
    event: (event) => {
      add(event);
      const line = scrolls(event, screen.verbose) ? eventLine(event, screen.verbose) : undefined;
      if (line !== undefined) {
        clear();
        screen.write(`${colored(event, line, screen.color)}\n`);
        last = Number.NEGATIVE_INFINITY;
      }
      draw();
    },
    close: clear,
  };
}

function scrolls(event: BuildEvent, verbose: boolean): boolean {
  return (
    verbose ||
    event.type === "note" ||
    event.type === "warning" ||
    (event.type === "layer" && event.state === "assembled")
  );
}

function colored(event: BuildEvent, line: string, color: boolean): string {
  if (!color) return line;
  return event.type === "warning" ? `\u001b[33m${line}\u001b[0m` : `\u001b[2m${line}\u001b[0m`;
}

function statusLine(tally: Tally, elapsed: number): string {
  const fetched = sumTransfers(tally, ["wheel", "deb", "base", "runtime", "cache"]);
  const written = sumTransfers(tally, ["upload", "write"]);
  const reused = countLayers(tally, ["reused"]);
  const parts = [formatSeconds(elapsed)];
  if (fetched.count > 0)
    parts.push(`fetched ${fetched.done}/${fetched.count} ${rate(fetched.bytes, fetched.total, elapsed)}`);
  if (tally.layers.size > 0) {
    const known = reused > 0 ? `, ${reused} reused` : "";
    parts.push(`layers ${countLayers(tally, ["assembled", "reused"])}/${tally.layers.size}${known}`);
  }
  if (written.count > 0) parts.push(`written ${formatBytes(written.bytes)} of ${formatBytes(written.total)}`);
  return parts.join("  ");
}

function rate(bytes: number, total: number, elapsed: number): string {
  const perSecond = elapsed > 0 ? `, ${formatBytes(Math.round((bytes * 1000) / elapsed))}/s` : "";
  return `${formatBytes(bytes)} of ${formatBytes(total)}${perSecond}`;
}

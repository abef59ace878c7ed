import type { BuildEvent } from "../../events.ts";
import { formatBytes, printable } from "./units.ts";

/** The event as one line of a log, or undefined when it's only a step on the way. */
export function eventLine(event: BuildEvent, verbose: boolean): string | undefined {
  switch (event.type) {
    case "phase":
      return event.detail === undefined ? undefined : `${event.phase}: ${printable(event.detail)}`;
    case "note":
      return printable(event.message);
    case "warning":
      return `warning: ${printable(event.message)}${event.hint === undefined ? "" : ` (${printable(event.hint)})`}`;
    case "transfer":
      return transferLine(event, verbose);
    case "layer":
      return layerLine(event, verbose);
  }
}

const VERBS = {
  wheel: "fetched",
  deb: "fetched",
  index: "read",
  base: "fetched",
  runtime: "fetched",
  cache: "fetched",
  upload: "pushed",
  write: "wrote",
} as const;

function transferLine(event: BuildEvent & { type: "transfer" }, verbose: boolean): string | undefined {
  const id = printable(event.id);
  if (event.state === "done" && (verbose || event.what !== "index")) {
    return `${VERBS[event.what]} ${id} ${formatBytes(event.bytes)}`;
  }
  return event.state === "reused" && verbose ? `kept ${id}` : undefined;
}

function layerLine(event: BuildEvent & { type: "layer" }, verbose: boolean): string | undefined {
  const title = printable(event.title);
  if (event.state === "assembled") return `layer ${title} ${formatBytes(event.bytes ?? 0)}`;
  return event.state === "reused" && verbose ? `layer ${title} is known` : undefined;
}

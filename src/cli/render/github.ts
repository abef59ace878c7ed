import type { OciasmError, SourceLocation } from "../../errors.ts";
import { eventLine } from "./line.ts";
import type { Renderer, Screen } from "./renderer.ts";

/** As plain, with warnings as annotations (workflow commands of GitHub Actions). */
export function githubRenderer(screen: Screen): Renderer {
  return {
    event: (event) => {
      const line = eventLine(event, screen.verbose);
      if (line === undefined) return;
      screen.write(event.type === "warning" ? command("warning", { title: "ociasm" }, event.message) : `${line}\n`);
    },
    close: () => {},
  };
}

/** The runner shows ten of a kind for a step. */
const MOST = 10;

/** An error as annotations, each on its file and line; `pathOf` gives a file's path from the top of the repository. */
export function errorAnnotations(error: OciasmError, pathOf: (file: string) => string): string {
  return [error, ...error.problems]
    .slice(0, MOST)
    .map(({ code, message, hint, location }) => {
      const text = hint === undefined ? message : `${message}\nhint: ${hint}`;
      return command("error", { title: `ociasm ${code}`, ...place(location, pathOf) }, text);
    })
    .join("");
}

/** Has the runner hide a text in all logs. */
export function maskCommand(secret: string): string {
  return command("add-mask", {}, secret);
}

function place(
  location: SourceLocation | undefined,
  pathOf: (file: string) => string,
): Readonly<Record<string, string>> {
  if (location === undefined) return {};
  const { file, line, column, length } = location;
  const end = length === undefined ? {} : { endColumn: String(column + length) };
  return { file: pathOf(file), line: String(line), col: String(column), ...end };
}

function command(name: string, properties: Readonly<Record<string, string>>, text: string): string {
  const list = Object.entries(properties).map(([key, value]) => `${key}=${escapeProperty(value)}`);
  return `::${[name, list.join(",")].filter((part) => part !== "").join(" ")}::${escapeText(text)}\n`;
}

function escapeText(text: string): string {
  return text.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
}

function escapeProperty(text: string): string {
  return escapeText(text).replaceAll(":", "%3A").replaceAll(",", "%2C");
}

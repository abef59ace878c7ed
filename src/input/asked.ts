import { parseRequirement, type Requirement } from "../python/requirement.ts";
import { directKind, fileUrl, isUrl } from "./direct.ts";
import type { Asked } from "./request.ts";
import type { TomlNode } from "./toml-node.ts";

const NOT_A_FILE = "write `name @ https://…` for a URL, and a path in [tool.uv.sources] or as `name @ file:///…`";

/** One PEP 508 string of a TOML file; undefined, with a problem noted, for what is none. */
export function askedOf(node: TomlNode, file: string): Asked | undefined {
  const text = node.string();
  if (text === undefined) return undefined;
  const parsed = parseRequirement(text.trim());
  if (!parsed.ok) {
    const lead = text.length - text.trimStart().length;
    const hint = /^(?:[./\\]|[a-z+]+:)/i.test(text.trim()) ? NOT_A_FILE : undefined;
    node.problem(`${JSON.stringify(short(text))} is no requirement: ${parsed.message}`, hint, {
      offset: lead + parsed.offset,
      length: parsed.length,
    });
    return undefined;
  }
  return { requirement: withAbsoluteUrl(parsed.value, file), text, location: node.location(), sha256: [] };
}

/** All strings of an array; what is no requirement is noted and left out. */
export function askedList(node: TomlNode | undefined, file: string): readonly Asked[] {
  return (node?.strings() ?? []).map((item) => askedOf(item, file)).filter((asked) => asked !== undefined);
}

/** A relative path behind `@` counts from the folder of the file that it stands in. */
export function withAbsoluteUrl(requirement: Requirement, file: string): Requirement {
  const { url } = requirement;
  return url === undefined ? requirement : { ...requirement, url: absoluteUrl(url, file) };
}

export function absoluteUrl(target: string, file: string): string {
  if (directKind(target) === "vcs" || isUrl(target)) return target;
  const hash = target.indexOf("#");
  return hash === -1 ? fileUrl(target, file) : fileUrl(target.slice(0, hash), file) + target.slice(hash);
}

function short(text: string): string {
  return text.length <= 80 ? text : `${text.slice(0, 79)}…`;
}

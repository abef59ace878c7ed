import type { InputPackage } from "../input/input.ts";
import type { PackageSources } from "../input/package-sources.ts";
import type { PylockDocument } from "../resolve/pylock-document.ts";
import type { OldLock } from "./old-lock.ts";

/** How a lock differs from the one before. */
export interface LockChanges {
  readonly changed: boolean;
  readonly added: readonly PackageVersion[];
  readonly removed: readonly PackageVersion[];
  readonly updated: readonly { readonly name: string; readonly from: string; readonly to: string }[];
  /** For people, one a line: "fastapi 0.1 -> 0.2". */
  readonly lines: readonly string[];
}

interface PackageVersion {
  readonly name: string;
  readonly version: string;
}

/** `text` is what would be written. */
export function lockChanges(old: OldLock | undefined, document: PylockDocument, text: string): LockChanges {
  // Git writes other line ends on Windows.
  const changed = old?.text.replaceAll("\r\n", "\n") !== text;
  const before = versionsOf(old?.input.packages ?? []);
  const after = versionsOf(document.packages);
  const added = [...after].filter(([name]) => !before.has(name)).map(([name, version]) => ({ name, version }));
  const removed = [...before].filter(([name]) => !after.has(name)).map(([name, version]) => ({ name, version }));
  const updated = [...after].flatMap(([name, to]) => {
    const from = before.get(name);
    return from === undefined || from === to ? [] : [{ name, from, to }];
  });
  const lines = [
    ...added.map(({ name, version }) => `+ ${name} ${version}`),
    ...removed.map(({ name, version }) => `- ${name} ${version}`),
    ...updated.map(({ name, from, to }) => `${name} ${from} -> ${to}`),
    ...movedCommits(old?.input.packages ?? [], document.packages),
  ];
  if (changed && old !== undefined && lines.length === 0) lines.push(...otherChanges(old, document));
  return { changed, added, removed, updated, lines };
}

type Row = Pick<InputPackage, "name" | "sources">;

/** What is built of another commit than before. */
function movedCommits(before: readonly Row[], after: readonly Row[]): readonly string[] {
  const commits = new Map(before.map(({ name, sources }) => [name, shortCommit(sources)]));
  return after.flatMap(({ name, sources }) => {
    const [from, to] = [commits.get(name), shortCommit(sources)];
    return from === undefined || to === undefined || from === to ? [] : [`${name} commit ${from} -> ${to}`];
  });
}

function shortCommit(sources: PackageSources | undefined): string | undefined {
  return sources?.kind === "git" ? sources.commit.slice(0, 12) : undefined;
}

/** A name may have several entries. */
function versionsOf(packages: readonly { readonly name: string; readonly version?: string }[]): Map<string, string> {
  const versions = new Map<string, string>();
  for (const { name, version = "?" } of packages) {
    const known = versions.get(name);
    versions.set(name, known === undefined || known === version ? version : `${known} or ${version}`);
  }
  return versions;
}

/** What differs when all versions are the same. */
function otherChanges({ input }: OldLock, document: PylockDocument): readonly string[] {
  const before = input.ociasm;
  const after = document.ociasm;
  const parts: readonly (readonly [what: string, before: unknown, after: unknown])[] = [
    ["environments", input.environments, document.environments],
    ["requires-python", input.requiresPython, document.requiresPython],
    ["extras", input.extras, document.extras],
    ["dependency groups", input.groups, document.groups],
    ["targets", before?.targets, after.targets],
    ["the base", before?.base, after.base],
    ["options", before?.options, after.options],
    ["what it is made from", before?.inputs, after.inputs],
  ];
  const names = parts.flatMap(([what, a, b]) => (JSON.stringify(a) === JSON.stringify(b) ? [] : [`${what} changed`]));
  return names.length > 0 ? names : ["files or markers of packages changed, or the file was edited"];
}

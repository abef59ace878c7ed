import { OciasmError } from "../errors.ts";
import { parseRequirement, type Requirement } from "../python/requirement.ts";
import { specifierContains } from "../python/specifier.ts";
import { parseVersion } from "../python/version.ts";
import type { LockEdge, LockGraph, LockNode, LockRoot } from "./graph.ts";
import type { InputContext, InputPackage } from "./input.ts";
import { type Candidate, drawEdges, type Wish } from "./lock-edges.ts";
import { missingNode } from "./lock-missing.ts";
import { readCondition } from "./marker-algebra.ts";
import type { PdmProject } from "./pdm-lock-project.ts";
import type { PdmRow } from "./pdm-lock-row.ts";

interface PdmCandidate extends Candidate {
  readonly url?: string;
  readonly isDirect: boolean;
}

type PdmWish = Wish<PdmCandidate>;

interface Draft {
  readonly package: InputPackage;
  readonly edges: LockEdge[];
  readonly extras: Record<string, LockEdge[]>;
}

/**
 * A lock without `inherit_metadata`, walked from what pyproject.toml beside it asks for. What several extras add
 * together stands below their names joined by commas. Throws INPUT_NOT_FOUND when pyproject.toml is missing.
 */
export function pdmGraph(rows: readonly PdmRow[], project: PdmProject | undefined, context: InputContext): LockGraph {
  if (project === undefined) {
    throw new OciasmError("INPUT_NOT_FOUND", `${context.file} needs pyproject.toml beside it, and there is none`, {
      hint: "put it there, or run `pdm lock -S inherit_metadata`: such a lock says itself what is wanted",
    });
  }
  const wishes: PdmWish[] = [];
  const { drafts, locked } = readDrafts(rows, wishes);
  const root = drawRoot(project, wishes);
  const missing = new Map<string, number>();
  drawEdges(wishes, locked, (wish) => {
    if (wish.name === project.name) return undefined;
    const { package: entry } = missingNode(wish.name, context.file, "pdm lock");
    const at = missing.get(wish.name) ?? drafts.push({ package: entry, edges: [], extras: emptyRecord() }) - 1;
    missing.set(wish.name, at);
    return at;
  });
  const nodes = drafts.map((draft, at) => finish(draft, at, drafts));
  return { nodes, roots: [fitRoot(root, drafts)], conflicts: [] };
}

function emptyRecord<T>(): Record<string, T> {
  return Object.create(null) as Record<string, T>;
}

function readDrafts(
  rows: readonly PdmRow[],
  wishes: PdmWish[],
): { readonly drafts: Draft[]; readonly locked: ReadonlyMap<string, readonly PdmCandidate[]> } {
  const drafts: Draft[] = [];
  const places = new Map<string, number>();
  const locked = new Map<string, PdmCandidate[]>();
  for (const row of rows) {
    const { name, version } = row.package;
    let at = places.get(row.key);
    if (at === undefined) {
      at = drafts.push({ package: row.package, edges: [], extras: emptyRecord() }) - 1;
      places.set(row.key, at);
      const parsed = version === undefined ? undefined : parseVersion(version);
      const candidate: PdmCandidate = {
        at,
        python: pythonOf(row.package.requiresPython),
        ...(parsed === undefined ? {} : { version: parsed }),
        ...(row.url === undefined ? {} : { url: row.url }),
        isDirect: row.package.direct !== undefined || row.package.folder !== undefined,
      };
      locked.set(name, [...(locked.get(name) ?? []), candidate]);
    }
    const draft = drafts[at];
    if (draft === undefined) continue;
    const extra = row.extras.join(",");
    const into = extra === "" ? draft.edges : (draft.extras[extra] ?? []);
    if (extra !== "") draft.extras[extra] = into;
    for (const text of row.dependencies) {
      const read = parseRequirement(text);
      // An extra's row names its package again.
      if (read.ok && read.value.name !== name) wishes.push(wishOf(read.value, into));
    }
  }
  return { drafts, locked };
}

function pythonOf(requiresPython: string | undefined): Candidate["python"] {
  const clauses = (requiresPython ?? "").split(",").filter((clause) => clause.trim() !== "");
  const marker = clauses.map((clause) => `python_full_version ${spaced(clause.trim())}`).join(" and ");
  const read = readCondition(marker);
  return read.ok ? read.value : true;
}

function spaced(clause: string): string {
  return clause.replace(/^([<>=!~]+)\s*([\w.*+!-]+)$/, '$1 "$2"');
}

function wishOf({ name, extras, marker, specifiers, url }: Requirement, into: LockEdge[]): PdmWish {
  return {
    name,
    extras,
    condition: marker ?? true,
    into,
    accepts: (candidate) => {
      if (url !== undefined) return candidate.isDirect || candidate.url !== undefined;
      return candidate.version === undefined || specifierContains(specifiers, candidate.version);
    },
  };
}

type DraftRoot = Omit<LockRoot, "extras" | "groups" | "edges"> & {
  readonly edges: LockEdge[];
  readonly extras: Record<string, LockEdge[]>;
  readonly groups: Record<string, LockEdge[]>;
};

function drawRoot(project: PdmProject, wishes: PdmWish[]): DraftRoot {
  const draw = (requirements: readonly Requirement[], seen: readonly string[]): LockEdge[] => {
    const into: LockEdge[] = [];
    for (const one of withoutSelf(requirements, project, new Set(seen))) wishes.push(wishOf(one, into));
    return into;
  };
  const extras = emptyRecord<LockEdge[]>();
  for (const [name, requirements] of project.extras) extras[name] = draw(requirements, [name]);
  const groups = emptyRecord<LockEdge[]>();
  for (const [name, requirements] of project.groups) groups[name] = draw(requirements, []);
  return {
    ...(project.name === undefined ? {} : { name: project.name }),
    path: ".",
    edges: draw(project.dependencies, []),
    extras,
    groups,
    defaultGroups: [],
  };
}

/** `all = ["project[a,b]"]` stands for what a and b ask for. */
function withoutSelf(
  requirements: readonly Requirement[],
  project: PdmProject,
  seen: Set<string>,
): readonly Requirement[] {
  return requirements.flatMap((one) => {
    if (one.name !== project.name) return [one];
    return one.extras.flatMap((extra) => {
      if (seen.has(extra)) return [];
      seen.add(extra);
      return withoutSelf(project.extras.get(extra) ?? [], project, seen);
    });
  });
}

function finish(draft: Draft, at: number, drafts: readonly Draft[]): LockNode {
  const fit = fitter(drafts);
  const own = (edges: readonly LockEdge[]) => edges.filter(({ to }) => to !== at).map(fit);
  return { package: draft.package, edges: own(draft.edges), extras: mapRecord(draft.extras, own) };
}

function fitRoot(root: DraftRoot, drafts: readonly Draft[]): LockRoot {
  const fit = (edges: readonly LockEdge[]) => edges.map(fitter(drafts));
  return { ...root, edges: fit(root.edges), extras: mapRecord(root.extras, fit), groups: mapRecord(root.groups, fit) };
}

function mapRecord(
  from: Readonly<Record<string, readonly LockEdge[]>>,
  map: (edges: readonly LockEdge[]) => readonly LockEdge[],
): Readonly<Record<string, readonly LockEdge[]>> {
  const found = emptyRecord<readonly LockEdge[]>();
  for (const [key, edges] of Object.entries(from)) found[key] = map(edges);
  return found;
}

/** Extras of an edge as the node has them: joined where a row has them together, else each that a row has. */
function fitter(drafts: readonly Draft[]): (edge: LockEdge) => LockEdge {
  return (edge) => {
    const known = drafts[edge.to]?.extras ?? emptyRecord<LockEdge[]>();
    const joined = edge.extras.join(",");
    const extras = joined in known ? [joined] : edge.extras.filter((extra) => extra in known);
    return { ...edge, extras };
  };
}

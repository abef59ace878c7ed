/** What of a .cpuprofile (V8's format) is read. */
export interface CpuProfile {
  readonly nodes: readonly ProfileNode[];
  /** Ids of nodes. */
  readonly samples: readonly number[];
  /** Microseconds before each sample. */
  readonly timeDeltas: readonly number[];
}

interface ProfileNode {
  readonly id: number;
  readonly callFrame: { readonly functionName: string; readonly url: string };
  readonly children?: readonly number[];
}

/** A function and what it called; `micros` includes them. */
export interface Frame {
  readonly name: string;
  micros: number;
  readonly calls: Map<string, Frame>;
}

export function frame(name: string): Frame {
  return { name, micros: 0, calls: new Map() };
}

/** Adds the calls of a thread to those below `root`. Node's own steps between functions are left out, and idle time. */
export function addProfile(root: Frame, { nodes, samples, timeDeltas }: CpuProfile): void {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const callers = new Map(nodes.flatMap(({ id, children = [] }) => children.map((child) => [child, id] as const)));
  const stacks = new Map<number, readonly string[]>();
  const stackOf = (id: number): readonly string[] => {
    const known = stacks.get(id);
    if (known !== undefined) return known;
    const caller = callers.get(id);
    const below = caller === undefined ? [] : stackOf(caller);
    const name = nameOf(byId.get(id));
    const stack = name === undefined || name === below.at(-1) ? below : [...below, name];
    stacks.set(id, stack);
    return stack;
  };
  samples.forEach((id, at) => {
    if (byId.get(id)?.callFrame.functionName === "(idle)") return;
    add(root, stackOf(id), timeDeltas[at] ?? 0);
  });
}

function add(root: Frame, stack: readonly string[], micros: number): void {
  let at = root;
  at.micros += micros;
  for (const name of stack) {
    const next = at.calls.get(name) ?? frame(name);
    at.calls.set(name, next);
    next.micros += micros;
    at = next;
  }
}

/** How Node comes to call a function. */
const PLUMBING = /^node:internal\/(?:errors|event_target|main|modules|per_context|process|streams|timers|util|worker)/;

function nameOf(node: ProfileNode | undefined): string | undefined {
  const { functionName, url } = node?.callFrame ?? { functionName: "(root)", url: "" };
  if (PLUMBING.test(url) || functionName === "(root)" || functionName === "(program)") return undefined;
  if (url.startsWith("wasm:") || functionName.startsWith("js-to-wasm")) return "WebAssembly";
  return functionName === "" ? "(anonymous)" : functionName;
}

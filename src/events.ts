/** What happens during a run, as facts. Producers report, renderers add up; nothing is known ahead. */
export type BuildEvent =
  | { readonly type: "phase"; readonly phase: Phase; readonly detail?: string }
  | { readonly type: "note"; readonly message: string }
  | { readonly type: "warning"; readonly message: string; readonly hint?: string }
  | TransferEvent
  | LayerEvent;

export type Phase = "base" | "lock" | "plan" | "fetch" | "assemble" | "publish";

/** Bytes that move over a network or from disk to disk. `bytes` is the sum so far. */
export interface TransferEvent {
  readonly type: "transfer";
  readonly id: string;
  readonly what: "wheel" | "deb" | "index" | "base" | "runtime" | "cache" | "upload" | "write";
  readonly state: "start" | "progress" | "done" | "reused";
  readonly bytes: number;
  readonly total?: number;
}

export interface LayerEvent {
  readonly type: "layer";
  readonly key: string;
  readonly title: string;
  readonly state: "planned" | "reused" | "assembling" | "progress" | "assembled";
  /** Uncompressed bytes so far, or the blob's size once assembled. */
  readonly bytes?: number;
}

export type Report = (event: BuildEvent) => void;

export const silent: Report = () => {};

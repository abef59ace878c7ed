import type { Frame } from "./build-frame.ts";
import type { HookAnswer, HookFailure, SandboxReply } from "./build-protocol.ts";

/** What the process answers to a call, read without believing it. */
export function readAnswer({ head, bodies }: Frame): HookAnswer {
  const reply = head as SandboxReply;
  if (reply.type === "broken") return broken(reply.message, reply.log);
  const answer = parsed(reply.text);
  const { ok } = answer;
  const [bytes] = bodies;
  if (Array.isArray(ok)) return { kind: "requires", requires: texts(ok) };
  if (typeof ok === "string" && bytes !== undefined) {
    return { kind: "wheel", filename: ok, bytes, extensions: texts(answer["extensions"]) };
  }
  if (typeof answer["error"] !== "string") return broken("the backend gave no result", reply.log);
  return { kind: "failed", failure: failureOf(answer, reply.log) };
}

type Answer = Readonly<Record<string, unknown>>;

function parsed(text: string): Answer {
  const value: unknown = JSON.parse(text);
  return typeof value === "object" && value !== null ? (value as Answer) : {};
}

function failureOf(answer: Answer, log: string): HookFailure {
  const { error, root, missing, trace } = answer;
  return {
    error: text(error),
    root: text(root),
    missing: typeof missing === "string" ? missing : undefined,
    programs: texts(answer["programs"]),
    extensions: texts(answer["extensions"]),
    log: [log, text(trace)].filter((part) => part !== "").join("\n"),
  };
}

function broken(message: string, log: string): HookAnswer {
  const failure = { error: message, root: message, missing: undefined, programs: [], extensions: [], log };
  return { kind: "failed", failure };
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}

function texts(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((each) => typeof each === "string") : [];
}

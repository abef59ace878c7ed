import { subscribe } from "node:diagnostics_channel";
import type { EventEmitter } from "node:events";

/** What is used of undici's parser, which no interface shows. */
interface Parser {
  paused: boolean;
  readonly llhttp: { llhttp_resume(parser: number): void };
  readonly ptr: number;
  resume(): void;
}

let isGuarded = false;

/**
 * Keeps the process alive when a server ends a connection while a reader takes its time. The parser of undici 7 waits
 * then, and fails an assertion that nobody can catch when the connection ends (nodejs/undici#5360, mended in 8, which
 * wants a later Node): here it is made to go on before it hears of the end.
 */
export function guardPausedEnds(): void {
  if (isGuarded) return;
  isGuarded = true;
  subscribe("undici:client:connected", (message) => {
    const { socket } = message as { readonly socket?: EventEmitter };
    if (socket !== undefined) guard(socket);
  });
}

function guard(socket: EventEmitter): void {
  const emit = socket.emit.bind(socket);
  socket.emit = (name: string | symbol, ...values: unknown[]): boolean => {
    if (name === "end") resume(socket);
    return emit(name, ...values);
  };
}

/** Hands on what has come; a reader that is full then pauses for nothing at all, which must not stay. */
function resume(socket: EventEmitter): void {
  for (let tries = 0; tries < MOST_PIECES; tries++) {
    const parser = parserOf(socket);
    if (parser?.paused !== true) return;
    parser.resume();
  }
  const parser = parserOf(socket);
  if (parser?.paused !== true) return;
  parser.llhttp.llhttp_resume(parser.ptr);
  parser.paused = false;
}

/** A socket keeps no more pieces than that behind a paused parser. */
const MOST_PIECES = 4;

function parserOf(socket: EventEmitter): Parser | undefined {
  const symbol = Object.getOwnPropertySymbols(socket).find(({ description }) => description === "parser");
  const parser: unknown = symbol === undefined ? undefined : Reflect.get(socket, symbol);
  if (typeof parser !== "object" || parser === null || !("paused" in parser) || !("llhttp" in parser)) return undefined;
  return parser as Parser;
}

import { subscribe } from "node:diagnostics_channel";
import type { EventEmitter } from "node:events";

/** What is used of undici's parser, which no interface shows. */
interface Parser {
  readonly paused: boolean;
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

/** One pause may be for the body's last bytes, the next for the end of a body that nothing else ends. */
function resume(socket: EventEmitter): void {
  for (let tries = 0; tries < 4; tries++) {
    const parser = parserOf(socket);
    if (parser?.paused !== true) return;
    parser.resume();
  }
}

function parserOf(socket: EventEmitter): Parser | undefined {
  const symbol = Object.getOwnPropertySymbols(socket).find(({ description }) => description === "parser");
  const parser: unknown = symbol === undefined ? undefined : Reflect.get(socket, symbol);
  if (typeof parser !== "object" || parser === null || !("paused" in parser) || !("resume" in parser)) return undefined;
  return parser as Parser;
}

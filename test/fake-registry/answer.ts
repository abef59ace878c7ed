/** What a handler says; ./server.ts sends it. */
export interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array | { readonly size: number; open(): AsyncIterable<Uint8Array> };
  /** Cuts the connection instead of answering. */
  readonly close?: boolean;
}

/** An error of distribution-spec, "Error Codes". */
export function failure(
  status: number,
  code: string,
  message: string = code.toLowerCase().replaceAll("_", " "),
  headers: Readonly<Record<string, string>> = {},
): Answer {
  return {
    status,
    headers: { "content-type": "application/json", ...headers },
    body: JSON.stringify({ errors: [{ code, message }] }),
  };
}

export function json(value: unknown, headers: Readonly<Record<string, string>> = {}): Answer {
  return { status: 200, headers: { "content-type": "application/json", ...headers }, body: JSON.stringify(value) };
}

export function created(location: string, digest: string, headers: Readonly<Record<string, string>> = {}): Answer {
  return { status: 201, headers: { location, "docker-content-digest": digest, ...headers } };
}

export const HANG_UP: Answer = { status: 0, close: true };

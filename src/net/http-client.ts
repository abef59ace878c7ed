/** One request as the callers see it. No cookie jar, no decoding, no retry: bytes in, bytes out. */
export interface HttpRequest {
  readonly method: "GET" | "HEAD" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** http(s): URL. Credentials in it are not sent: see ./basic-auth.ts. */
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** A stream is given as a function, which is called again when a redirect or a retry needs the bytes anew. */
  readonly body?: Uint8Array | (() => AsyncIterable<Uint8Array>);
  /** Bytes of a streamed body, sent as Content-Length. */
  readonly bodySize?: number;
  readonly signal?: AbortSignal;
  /** Gives up when no byte moves in either direction for so long. Default 60. */
  readonly stallSeconds?: number;
  /** How long the server may think once it has the whole request. Default: `stallSeconds`. */
  readonly answerSeconds?: number;
  /** 0 hands a 3xx answer to the caller. Default 10. */
  readonly maxRedirects?: number;
  /** Accepts any certificate, as pip's `trusted-host` and Docker's insecure registries do. */
  readonly insecure?: boolean;
  /** PEM files of further certificate authorities for this request. */
  readonly caFiles?: readonly string[];
  /** Closes the connection after the answer, whatever it was. */
  readonly closes?: boolean;
  /** A Unix socket to speak to instead of the URL's host, as container engines have; no proxy stands before it. */
  readonly socketPath?: string;
}

export interface HttpResponse {
  readonly status: number;
  /** Names in lower case; repeated headers joined by ", ". No prototype. */
  readonly headers: Readonly<Record<string, string>>;
  /** Where the answer came from, after redirects. */
  readonly url: string;
  /** Raw bytes as they come; may be read once. */
  readonly body: AsyncIterable<Uint8Array>;
  /** Rejects with NETWORK when there are more than `limit` bytes. */
  bytes(limit: number): Promise<Uint8Array>;
  /** UTF-8; bytes that are not become U+FFFD. */
  text(limit: number): Promise<string>;
  /** Frees the connection; an answer that is not read must be discarded. */
  discard(): Promise<void>;
}

export interface HttpClient {
  /** Resolves for every status. Rejects with NETWORK, or INTERRUPTED when `signal` fired. */
  request(request: HttpRequest): Promise<HttpResponse>;
  close(): Promise<void>;
}

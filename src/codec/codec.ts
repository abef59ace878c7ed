/** Where a codec puts the blob's bytes; it copies them. */
export interface ByteSink {
  write(chunk: Uint8Array): void;
}

/** Turns one tar stream into one blob. Calls must be awaited one by one. */
export interface LayerWriter {
  /** Plain bytes of the tar: headers, padding, small files. Undefined when it is done with them, which costs less than a promise. */
  write(chunk: Uint8Array): Promise<void> | undefined;
  /**
   * Starts a file whose raw deflate stream is at hand; undefined when this codec can't use it, and the plain bytes
   * come by `write` instead. Between begin and end only `raw` may be called.
   */
  splice(file: { readonly crc32: number; readonly size: number; readonly compressedSize: number }): Splice | undefined;
  /** Writes what is left. Does not close the sink. */
  finish(): Promise<void>;
}

export interface Splice {
  raw(chunk: Uint8Array): void;
  end(): void;
}

/** A layer format. Add one: a file here and a line in ./codecs.ts. */
export interface LayerCodec {
  readonly name: "gzip" | "zstd" | "none";
  readonly mediaType: string;
  readonly defaultLevel: number;
  /** Part of every layer key; rejects with CONFIG_INVALID for a level that does not exist. */
  fingerprint(level: number): string;
  /** Rejects with CONFIG_INVALID when this host lacks what the codec needs; absent where it needs nothing. */
  ready?(): Promise<void>;
  open(sink: ByteSink, level: number): Promise<LayerWriter>;
}

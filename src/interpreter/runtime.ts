/** A CPython built to WebAssembly, as an npm package brings it: layout/interpreters.yaml names one for each minor. */
export interface RuntimeRelease {
  /** "3.12" */
  readonly minor: string;
  /** Version of the npm package: "0.27.7". */
  readonly release: string;
  /** "3.12.7" */
  readonly python: string;
  /** What its bytecode starts with, without the line end: 3531. */
  readonly magic: number;
  /** Bytes of the package. */
  readonly size: number;
  /** Of the package, as npm has it: "sha512-…" in base64. */
  readonly integrity: string;
  /** What of the package is needed. */
  readonly files: readonly RuntimeFile[];
}

/** What layout/interpreters.yaml says. */
export interface Interpreters {
  readonly releases: readonly RuntimeRelease[];
  /** Packages whose bytecode is not worth having: patterns over normalised names, `*` for any text. */
  readonly without: readonly string[];
}

export interface RuntimeFile {
  /** Without a folder. */
  readonly name: string;
  readonly size: number;
  /** Hex. */
  readonly sha256: string;
}

/** A release whose files lie in a folder of this host, as checked: `pyodide.mjs` in it is what starts it. */
export interface Runtime {
  readonly release: RuntimeRelease;
  /** Absolute. */
  readonly folder: string;
}

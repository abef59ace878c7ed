/** A package that was chosen. */
export interface DebPin {
  readonly name: string;
  readonly version: string;
  readonly architecture: string;
  readonly source: string;
  readonly filename: string;
  readonly sha256: string;
  readonly size: number;
  /** Position of its archive in the request. */
  readonly archive: number;
}

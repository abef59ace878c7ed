/** What a user may say about the image itself. What is left out comes from the base, then from the defaults. */
export interface ImageSettings {
  /** `$NAME` and `${NAME}` stand for what the base or the defaults have; `$$` is one dollar. */
  readonly env?: Readonly<Record<string, string>>;
  /** Exec form. Setting it clears the base's cmd; an empty list clears the entrypoint itself. */
  readonly entrypoint?: readonly string[];
  readonly cmd?: readonly string[];
  /** Name or number, with an optional group: "app", "1000", "1000:0". */
  readonly user?: string;
  /** Absolute. */
  readonly workdir?: string;
  readonly labels?: Readonly<Record<string, string>>;
  /** Keys may start with `manifest:`, `index:` or `manifest-descriptor:`; without one the manifest is meant. */
  readonly annotations?: Readonly<Record<string, string>>;
  /** "8000", "53/udp", "8000-8003/tcp". */
  readonly exposedPorts?: readonly (string | number)[];
  /** Absolute paths. */
  readonly volumes?: readonly string[];
  /** "SIGTERM", "TERM" or a number. */
  readonly stopSignal?: string;
  /** Or its test alone. */
  readonly healthcheck?: string | readonly string[] | HealthcheckSettings;
  readonly shell?: readonly string[];
  readonly onbuild?: readonly string[];
  readonly argsEscaped?: boolean;
  readonly author?: string;
  readonly osVersion?: string;
  readonly osFeatures?: readonly string[];
  readonly variant?: string;
  /** Members of the image's `config` object as they shall stand there; they win over all else. */
  readonly config?: Readonly<Record<string, unknown>>;
}

/** Durations as Go writes them ("1m30s", "500ms") or in seconds. */
export interface HealthcheckSettings {
  /** A shell command, "NONE", "http://:8000/health", or a list: ["CMD", …], ["CMD-SHELL", …], ["NONE"], or bare words. */
  readonly test?: string | readonly string[];
  readonly interval?: string | number;
  readonly timeout?: string | number;
  readonly startPeriod?: string | number;
  readonly startInterval?: string | number;
  readonly retries?: number;
}

/** What the user picks from a lock. */
export interface SelectChoice {
  readonly extras: readonly string[];
  readonly groups: readonly string[];
  readonly noDefaultGroups: boolean;
  /** Every extra of the project. */
  readonly allExtras?: boolean;
  /** The project of a workspace to build, by name. */
  readonly project?: string;
  /** The project of a workspace to build, by its folder relative to the lock's ("." or "packages/api"), where no name is given. */
  readonly folder?: string;
}

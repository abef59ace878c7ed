import { unionRanges, type VersionRange } from "../../python/version-range.ts";
import { type Clause, externalIncompatibility, type Incompatibility, stateTerm } from "./incompatibility.ts";
import { type PackageState, packageState } from "./package-state.ts";
import type { Dependency, External, SolverPackage } from "./solver-types.ts";

/** An explanation names no more of them. */
const MAX_CAUSES = 8;

/** All packages that were met and all that is known to be impossible. */
export class ClauseStore<P extends SolverPackage, C> {
  private readonly states = new Map<string, PackageState<P, C>>();

  state(about: P): PackageState<P, C> {
    const known = this.states.get(about.key);
    if (known !== undefined) return known;
    const made = packageState<P, C>(about, this.states.size);
    this.states.set(about.key, made);
    return made;
  }

  /** In the order in which they were met. */
  all(): Iterable<PackageState<P, C>> {
    return this.states.values();
  }

  add(incompatibility: Incompatibility<P, C>): Clause<P, C> {
    const clause: Clause<P, C> = { incompatibility, contradictedBy: undefined };
    for (const { state } of incompatibility.terms) state.clauses.push(clause);
    return clause;
  }

  /** Nothing in `range` can be used. Versions with the same reason share one clause, so that a proof names them together. */
  addUnavailable(state: PackageState<P, C>, range: VersionRange, reason: string | undefined): Clause<P, C> {
    return this.grow(state, `unavailable ${reason ?? ""}`, range, (all) =>
      externalIncompatibility([stateTerm(state, { range: all, positive: true })], {
        kind: "unavailable",
        package: state.package,
        range: all,
        ...(reason === undefined ? {} : { reason }),
      }),
    );
  }

  /** The versions of one package that need the same range of another share one clause. */
  addDependency(state: PackageState<P, C>, versions: VersionRange, dependency: Dependency<P, C>): Clause<P, C> {
    const on = this.state(dependency.package);
    const { range: onRange, cause } = dependency;
    return this.grow(state, `depends ${on.order} ${rangeKey(onRange)}`, versions, (range, before) =>
      externalIncompatibility(
        [stateTerm(state, { range, positive: true }), stateTerm(on, { range: onRange, positive: false })],
        {
          kind: "dependency",
          package: state.package,
          range,
          on: on.package,
          onRange,
          // The root is met first.
          asked: state.order === 0,
          causes: withCause(before?.kind === "dependency" ? before.causes : [], cause),
        },
      ),
    );
  }

  private grow(
    state: PackageState<P, C>,
    key: string,
    range: VersionRange,
    make: (range: VersionRange, before?: External<P, C>) => Incompatibility<P, C>,
  ): Clause<P, C> {
    const known = state.growing.get(key);
    if (known?.incompatibility.proof.kind === "external") {
      const before = known.incompatibility.proof.external;
      known.incompatibility = make(unionRanges(before.range, range), before);
      known.contradictedBy = undefined;
      return known;
    }
    const made = this.add(make(range));
    state.growing.set(key, made);
    return made;
  }
}

/** Equal ranges have equal keys. */
function rangeKey({ intervals }: VersionRange): string {
  return intervals.map(({ lower, upper }) => `${lower?.key ?? ""}\x00${upper?.key ?? ""}`).join("\x00");
}

function withCause<C>(causes: readonly C[], cause: C): readonly C[] {
  return causes.length >= MAX_CAUSES || causes.includes(cause) ? causes : [...causes, cause];
}

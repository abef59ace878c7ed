import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { parseMarker } from "../../src/python/marker.ts";
import { markerEnvironment } from "../../src/python/marker-environment.ts";
import { evaluateMarker } from "../../src/python/marker-evaluation.ts";
import type { PylockEntry } from "../../src/resolve/pylock-document.ts";
import {
  environmentMarkers,
  type PinnedPackage,
  pylockEntries,
  type TargetSets,
} from "../../src/resolve/pylock-sets.ts";
import { testTarget } from "../support/target.ts";

const TARGETS = [testTarget({ platform: "amd64" }), testTarget({ platform: "arm64" })];

function pinned(name: string, version: string): PinnedPackage {
  const filename = `${name}-${version}-py3-none-any.whl`;
  const file = { filename, url: `https://index.example/${filename}`, sha256: "0".repeat(64), size: 1 };
  return { name, version, file, extras: [], dependencies: [], requested: true };
}

type Versions = Readonly<Record<string, string>>;

const packagesOf = (versions: Versions): readonly PinnedPackage[] =>
  Object.entries(versions).map(([name, version]) => pinned(name, version));

/** Names and versions that an installer takes (PEP 751) with one extra or group, or with none. */
function selected(entries: readonly PylockEntry[], set: TargetSets, extra?: string, group?: string): readonly string[] {
  const context = {
    extras: extra === undefined ? [] : [extra],
    dependencyGroups: group === undefined ? [] : [group],
  };
  return entries
    .filter(({ marker }) => {
      if (marker === undefined) return true;
      const parsed = parseMarker(marker);
      assert.ok(parsed.ok, marker);
      return evaluateMarker(parsed.value, markerEnvironment(set.target), context);
    })
    .map(({ name, version }) => `${name} ${version}`);
}

const versions = fc.dictionary(fc.constantFrom("a", "b", "c", "d"), fc.constantFrom("1", "2"), {
  noNullPrototype: true,
});

test("whatever sets there are, an installer takes each of them back from the entries", () => {
  const set = fc.record({ bare: versions, extras: fc.tuple(versions, versions), group: versions });
  fc.assert(
    fc.property(fc.tuple(set, set), (both) => {
      const sets = both.map(({ bare, extras: [x, y], group }, at): TargetSets => {
        // What the bare project needs, an extra may have in another version, and has in some.
        const more = (own: Versions) => packagesOf({ ...bare, ...own });
        return {
          target: TARGETS[at] ?? testTarget({}),
          bare: packagesOf(bare),
          extras: new Map([
            ["x", more(x)],
            ["y", more(y)],
          ]),
          groups: new Map([["g", more(group)]]),
        };
      });
      const entries = pylockEntries(sets);
      for (const one of sets) {
        const names = (packages: readonly PinnedPackage[]) =>
          packages.map(({ name, version }) => `${name} ${version}`).sort();
        assert.deepEqual(selected(entries, one), names(one.bare));
        for (const [name, packages] of one.extras) assert.deepEqual(selected(entries, one, name), names(packages));
        for (const [name, packages] of one.groups)
          assert.deepEqual(selected(entries, one, undefined, name), names(packages));
      }
    }),
    { numRuns: 2000, seed: 1 },
  );
});

test("environments name the machine and the minor version, each once", () => {
  assert.deepEqual(environmentMarkers([...TARGETS, ...TARGETS]), [
    'sys_platform == "linux" and platform_machine == "x86_64" and python_version == "3.11"',
    'sys_platform == "linux" and platform_machine == "aarch64" and python_version == "3.11"',
  ]);
});

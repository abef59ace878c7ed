import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";
import { compareDebianVersions } from "../../src/debian/version.ts";
import { xorshift } from "../support/mutate.ts";
import { needs, needsTools } from "../support/tools.ts";

/** Each line is in ascending order. */
const ASCENDING: readonly (readonly string[])[] = [
  ["1.0~~", "1.0~~a", "1.0~", "1.0~rc1", "1.0", "1.0a", "1.0+b1", "1.0.1"],
  ["1.0-1~bpo12+1", "1.0-1", "1.0-1+b1", "1.0-1.1", "1.0-2", "1.0-10"],
  ["9999", "1:0.1", "1:1.0", "2:0"],
  ["2.36-9+deb12u9", "2.36-9+deb12u10", "2.36-10"],
  ["1.2.13.dfsg-1", "1.2.13.dfsg-1+b1", "1.3.dfsg+really1.3.1-1"],
  ["0~20210101", "0.0.1", "0.1"],
  ["1.99999999999999999998", "1.99999999999999999999", "1.100000000000000000000"],
];

const EQUAL: readonly (readonly [string, string])[] = [
  ["1.0", "0:1.0"],
  ["1.0", "1.0-0"],
  ["1.00", "1.0"],
  ["1.0-01", "1.0-1"],
  ["a-b-c", "a-b-c"],
];

test("versions order as the policy's examples do", () => {
  for (const line of ASCENDING) {
    line.forEach((left, i) => {
      line.forEach((right, j) => {
        assert.equal(Math.sign(compareDebianVersions(left, right)), Math.sign(i - j), `${left} against ${right}`);
      });
    });
  }
});

test("leading zeros, epoch 0 and revision 0 make no difference", () => {
  for (const [left, right] of EQUAL) assert.equal(compareDebianVersions(left, right), 0, `${left} against ${right}`);
});

test("four thousand random versions order as dpkg's own library says", (t) => {
  if (!needsTools(t, "perl")) return;
  const probe = spawnSync("perl", ["-MDpkg::Version", "-e", "1"]);
  if (!needs(t, "Dpkg::Version", probe.status === 0)) return;
  const pairs = randomPairs(4000);
  const script =
    "use Dpkg::Version; sub v { Dpkg::Version->new($_[0], check => 0) }" +
    'while (<STDIN>) { chomp; my ($l, $r) = split / /; print v($l) <=> v($r), "\\n"; }';
  const answer = spawnSync("perl", ["-e", script], { input: lines(pairs), encoding: "utf8" });
  const expected = answer.stdout.trim().split("\n").map(Number);
  assert.equal(expected.length, pairs.length);
  pairs.forEach(([left, right], at) => {
    assert.equal(Math.sign(compareDebianVersions(left, right)), expected[at], `${left} against ${right}`);
  });
});

test("two hundred random versions order as dpkg says", (t) => {
  if (!needsTools(t, "dpkg")) return;
  const pairs = randomPairs(200);
  const script = 'while read a b; do if dpkg --compare-versions "$a" lt "$b"; then echo lt; else echo ge; fi; done';
  const answer = spawnSync("sh", ["-c", script], { input: lines(pairs), encoding: "utf8" });
  const expected = answer.stdout.trim().split("\n");
  assert.equal(expected.length, pairs.length);
  pairs.forEach(([left, right], at) => {
    assert.equal(compareDebianVersions(left, right) < 0 ? "lt" : "ge", expected[at], `${left} against ${right}`);
  });
});

test("any two texts compare, and the other way round with the other sign", () => {
  const random = xorshift(7);
  for (let count = 0; count < 100_000; count++) {
    const [left, right] = [randomText(random), randomText(random)];
    const order = Math.sign(compareDebianVersions(left, right));
    assert.equal(Math.sign(compareDebianVersions(right, left)) + order, 0, `${left} against ${right}`);
  }
});

function lines(pairs: readonly (readonly [string, string])[]): string {
  return pairs.map(([left, right]) => `${left} ${right}\n`).join("");
}

/** Versions that share most of their text: those that differ early teach nothing. */
function randomPairs(count: number): [string, string][] {
  const random = xorshift(20260901);
  const version = (): string => {
    const part = (): string => ["1", "0", "10", "~", "+", "a", "rc", ".", "01", "9", "b2"][random() % 11] ?? "";
    const upstream = `1${Array.from({ length: random() % 6 }, part).join("")}`;
    const revision = random() % 2 === 0 ? "" : `-${random() % 3}${Array.from({ length: random() % 4 }, part).join("")}`;
    return (random() % 5 === 0 ? `${random() % 3}:` : "") + upstream + revision;
  };
  return Array.from({ length: count }, () => {
    const left = version();
    const right = random() % 2 === 0 ? version() : left.slice(0, -1) + (["~", "0", "1", "a"][random() % 4] ?? "");
    return [left, right.endsWith(":") || right === "" || right.endsWith("-") ? "1" : right];
  });
}

function randomText(random: () => number): string {
  const alphabet = "01290~+-.:aZé ";
  return Array.from({ length: random() % 8 }, () => alphabet[random() % alphabet.length]).join("");
}

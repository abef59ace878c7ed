import { type DifferenceKind, isListed, LISTED, UNLISTED } from "./compare.ts";
import { type CorpusResult, corpusPins, openCorpus } from "./corpus.ts";

// npm run corpus -- [COUNT]: compares the layers of COUNT real wheels (all by default) with what pip installs.
// Exit 1 on any difference that docs/install.md does not list.
const pins = corpusPins();
const count = Number(process.argv[2] ?? pins.length);
const corpus = await openCorpus();
if (corpus === undefined || !Number.isInteger(count) || count < 1) {
  console.error("usage: run.js [COUNT], with pip >= 26.3 in python3 or OCIASM_TEST_PYTHON");
  process.exit(2);
}
const started = performance.now();
let done = 0;
const results = await corpus.run(pins.slice(0, count), (result) => {
  done += 1;
  const place = `${done}/${Math.min(count, pins.length)} ${result.label}`;
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${place}`);
  else if (done % 50 === 0) process.stderr.write(`${place}\n`);
});
await corpus.close();
if (process.stderr.isTTY) process.stderr.write("\r\x1b[K");

const faults = results.flatMap(({ label, differences }) =>
  differences.filter((one) => !isListed(one)).map(({ kind, detail }) => `${label}: ${kind}: ${detail}`),
);
for (const line of faults.slice(0, 200)) console.log(line);
if (faults.length > 200) console.log(`and ${faults.length - 200} more`);
console.log(table(results));
const sum = (value: (result: CorpusResult) => number): number => results.reduce((total, one) => total + value(one), 0);
const figures = [
  `${results.length} wheels`,
  `${sum((one) => one.files)} files`,
  `${megabytes(sum((one) => one.bytes))} (${megabytes(sum((one) => one.wheelBytes))} of wheels)`,
  `pip ${corpus.pip.version} on Python ${corpus.pip.minor}`,
  `${Math.round((performance.now() - started) / 1000)} s`,
  `${faults.length} differences that docs/install.md does not list`,
];
console.log(figures.join(", "));
process.exitCode = faults.length === 0 && results.length > 0 ? 0 : 1;

function table(all: readonly CorpusResult[]): string {
  const kinds = { ...LISTED, ...UNLISTED };
  const rows = (Object.keys(kinds) as DifferenceKind[]).map((kind) => {
    const found = all.map((one) => one.differences.filter((difference) => difference.kind === kind).length);
    const total = found.reduce((left, right) => left + right, 0);
    const wheels = found.filter((some) => some > 0).length;
    const mark = Object.hasOwn(LISTED, kind) ? "listed" : "fault";
    return `${kind.padEnd(12)} ${mark.padEnd(6)} ${`${total}`.padStart(7)} ${`${wheels}`.padStart(6)}  ${kinds[kind]}`;
  });
  return [
    `${"difference".padEnd(12)} ${"kind".padEnd(6)} ${"count".padStart(7)} ${"wheels".padStart(6)}`,
    ...rows,
  ].join("\n");
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}

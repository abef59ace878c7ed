import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { costColumns, reasonOf, say } from "./_job.ts";
import { type Cost, succeed } from "./_measure.ts";
import { clear, type Options, readOptions, workFolder } from "./_options.ts";
import { manyFiles, sparseWheel } from "./_synthetic.ts";
import { OCIASM } from "./peers/ociasm.ts";
import { finish } from "./report/finish.ts";
import { growth, STEEP } from "./report/fit.ts";
import { type Figure, MAX_RSS_MB, type Row, spreads } from "./report/result.ts";

/** Something that grows, and the build of each size. */
interface Curve {
  readonly unit: string;
  readonly sizes: readonly number[];
  /** Writes what is needed into the folder, and gives the wheels and further flags. */
  readonly make: (
    size: number,
    folder: string,
  ) => { readonly wheels: readonly string[]; readonly flags?: readonly string[] };
}

const GIGABYTE = 1e9;
/** Few wheels have more: torch 12,000, most some hundreds. */
const FILES_OF_A_WHEEL = 5000;
const PLATFORMS = ["amd64", "arm64", "arm/v7", "386", "ppc64le", "s390x", "riscv64", "arm/v6"];

const CURVES: Readonly<Record<string, Curve>> = {
  wheels: {
    unit: "wheels",
    sizes: [10, 30, 100, 300, 1000],
    make: (size, folder) => ({
      wheels: manyFiles(folder, { wheels: size, files: 10, size: 4000, method: "deflated" }),
    }),
  },
  files: {
    unit: "files",
    sizes: [1e3, 1e4, 1e5, 1e6],
    make: (size, folder) => {
      const wheels = Math.ceil(size / FILES_OF_A_WHEEL);
      return { wheels: manyFiles(folder, { wheels, files: size / wheels, size: 64, method: "stored" }) };
    },
  },
  bytes: {
    unit: "GB",
    sizes: [0.01, 0.1, 1, 5, 20],
    make: (size, folder) => {
      const parts = Math.max(1, Math.min(20, Math.ceil(size)));
      const bytes = Math.round((size * GIGABYTE) / parts);
      const wheels = Array.from({ length: parts }, (_, at) => sparseWheel(folder, `big${at}`, bytes));
      return { wheels, flags: ["--compression", "zstd"] };
    },
  },
  platforms: {
    unit: "platforms",
    sizes: [1, 2, 4, 8],
    make: (size, folder) => ({
      wheels: manyFiles(folder, { wheels: 20, files: 100, size: 4000, method: "deflated" }),
      flags: [
        "--platform",
        PLATFORMS.slice(0, size)
          .map((name) => `linux/${name}`)
          .join(),
      ],
    }),
  },
  layers: {
    unit: "layers",
    sizes: [10, 20, 40, 80, 110],
    make: (size, folder) => ({
      // Each above the size from which a wheel gets a layer of its own.
      wheels: manyFiles(folder, { wheels: 120, files: 20, size: 30_000, method: "stored" }),
      flags: ["--max-layers", String(size)],
    }),
  },
};

/** `curves [NAME…] [--rounds N]`: what cold builds cost as one thing grows, of wheels made for it. */
export async function bench(args: readonly string[]): Promise<void> {
  const options = readOptions(args, 1);
  const names = options.words.length === 0 ? Object.keys(CURVES) : options.words;
  for (const name of names) {
    const curve = CURVES[name];
    if (curve === undefined) throw new Error(`curves: ${Object.keys(CURVES).join(", ")}`);
    const rows = await measured(curve, options);
    const title = `${name}: a cold build of as many ${curve.unit}`;
    finish({ case: `curve-${name}`, versions: {}, tables: [{ title, rows }], figures: figures(name, curve, rows) });
  }
}

async function measured(curve: Curve, options: Options): Promise<readonly Row[]> {
  const rows: Row[] = [];
  for (const size of curve.sizes) {
    const folder = await workFolder(options);
    try {
      const costs: Cost[] = [];
      for (let round = 0; round < options.rounds; round++)
        costs.push(await build(curve, size, join(folder, `${round}`)));
      rows.push({ subject: `${size} ${curve.unit}`, values: spreads(costs.map(costColumns)) });
    } catch (error) {
      rows.push({ subject: `${size} ${curve.unit}`, values: {}, missing: reasonOf(error) });
    } finally {
      await clear(folder);
    }
    say(`${rows.at(-1)?.subject} ${rows.at(-1)?.missing ?? ""}`);
  }
  return rows;
}

async function build(curve: Curve, size: number, folder: string): Promise<Cost> {
  const [context, wheelhouse] = [join(folder, "app"), join(folder, "wheels")];
  await mkdir(context, { recursive: true });
  await mkdir(wheelhouse);
  const { wheels, flags = [] } = curve.make(size, wheelhouse);
  await writeFile(join(context, "main.py"), "print(1)\n");
  await writeFile(join(context, "requirements.txt"), wheels.map((path) => `${path}\n`).join(""));
  const target = ["--base", "scratch", "--python", "3.12", "--libc", "glibc:2.36", "--no-index", ...flags];
  const places = ["--cache-dir", join(folder, "cache"), "-t", "bench:1", "--progress", "quiet"];
  return await succeed(process.execPath, [OCIASM, "build", context, ...target, ...places]);
}

function figures(name: string, { sizes }: Curve, rows: readonly Row[]): readonly Figure[] {
  const exponent = (column: string, most?: number): readonly Figure[] => {
    const points = sizes.flatMap((size, at) => {
      const cost = rows[at]?.values[column]?.median;
      return cost === undefined ? [] : [{ size, cost }];
    });
    if (points.length < 3) return [];
    const value = growth(points).exponent;
    return [{ name: `${name}: exponent of ${column}`, value, unit: "", ...(most === undefined ? {} : { most }) }];
  };
  const peaks = rows.flatMap(({ values }) => values["peak RSS MB"]?.median ?? []);
  const peak: Figure = { name: `${name}: peak RSS`, value: Math.max(...peaks), unit: "MB", most: MAX_RSS_MB };
  return [
    ...exponent("wall s"),
    ...exponent("CPU s", STEEP),
    ...exponent("peak RSS MB", STEEP),
    ...(peaks.length > 0 ? [peak] : []),
  ];
}

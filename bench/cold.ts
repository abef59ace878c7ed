import { mkdir, readdir, statfs } from "node:fs/promises";
import { join } from "node:path";
import { type BoundOptions, boundColumns } from "./_bound.ts";
import { addedBytes, costColumns, diskUse, inRounds, type Job, type Round, say, versionsOf } from "./_job.ts";
import { clear, isWanted, type Options, readOptions, workFolder } from "./_options.ts";
import { openApp, type WheelApp } from "./_wheel-app.ts";
import { buildah } from "./peers/buildah.ts";
import { buildkit } from "./peers/buildkit.ts";
import { byHand } from "./peers/by-hand.ts";
import { ociasm } from "./peers/ociasm.ts";
import type { Peer } from "./peers/peer.ts";
import { pyoci } from "./peers/pyoci.ts";
import { finish } from "./report/finish.ts";
import { type Figure, medianOf, peakRss, type Row, ratio } from "./report/result.ts";

const OWN = ["ociasm, gzip", "ociasm, zstd", "ociasm, gzip, bytecode"] as const;
const BOUNDS = { one: "bound, one thread", two: "bound, all cores" } as const;
/** pip compiles bytecode unless it is told not to. */
const PIP_GZIP = "BuildKit, pip, gzip";
const PIP_BARE = "BuildKit, pip --no-compile, gzip";

interface Contender {
  readonly peer: Peer;
  /** Of which stacks it is built in the first round only: what takes long, or is there for the picture. */
  readonly once: readonly string[];
  /** Keeps the files of a tree: removing them would slow the next ones down. */
  readonly keeps: boolean;
}

const KITS = ["zstd", "gzip"] as const;

const all = (once: readonly string[], keeps: boolean, ...peers: readonly Peer[]): readonly Contender[] =>
  peers.map((peer) => ({ peer, once, keeps }));

const CONTENDERS: readonly Contender[] = [
  ...all([], false, ociasm(OWN[0])),
  ...all(["torch"], false, ociasm(OWN[1], ["--compression", "zstd"]), ociasm(OWN[2], ["--bytecode", "entry"])),
  ...all(["torch"], true, ...KITS.map((compression) => buildkit({ installer: "uv", compression }))),
  ...all(
    ["torch", "small"],
    true,
    ...KITS.map((compression) => buildkit({ installer: "pip --no-compile", compression })),
  ),
  ...all(["torch", "small"], true, buildkit({ installer: "pip", compression: "gzip" })),
  ...all(["torch", "small"], true, buildah("uv"), buildah("pip --no-compile")),
  ...all(["torch", "small"], true, byHand("uv", "pigz"), byHand("pip", "gzip"), pyoci),
];

/** Times the bytes of the wheels that a peer which keeps trees may need. */
const ROOM = 6;

/**
 * `cold small|torch [--peer NAME]… [--rounds N]`: an image from local wheels with no cache but the base image, beside
 * every peer, and beside what reading, inflating, hashing and writing the same bytes takes.
 */
export async function bench(args: readonly string[]): Promise<void> {
  const options = readOptions(args, 3);
  const [name = "small"] = options.words;
  const folder = await workFolder(options);
  try {
    const app = await openApp(name, options, folder);
    const wanted = CONTENDERS.filter(({ peer }) => isWanted(options, peer.name));
    const rows = await inRounds(options.rounds, [
      ...boundJobs(app, folder, options),
      ...wanted.map((contender) => ({
        subject: contender.peer.name,
        run: coldRun(contender, app, folder),
        once: contender.once.includes(name),
      })),
    ]);
    finish({
      case: `cold-${name}`,
      versions: await versionsOf(wanted.map(({ peer }) => peer)),
      tables: [{ title: `Cold build of ${name}: ${Math.round(app.bytes / 1e6)} MB of wheels`, rows }],
      figures: figures(name, rows),
    });
  } finally {
    await clear(folder);
  }
}

function coldRun({ peer, keeps }: Contender, app: WheelApp, folder: string): (round: number) => Promise<Round> {
  return async (round) => {
    const place = join(folder, `${peer.name.replace(/[^a-z]+/gi, "-").toLowerCase()}-${round}`);
    await mkdir(place);
    if (keeps) await makeRoom(folder, place, app.bytes * ROOM);
    const session = await peer.start(app, place);
    try {
      const layout = join(place, "image");
      const cost = await session.build({ layout });
      const parts = Object.entries(session.parts?.() ?? {}).map(([part, seconds]) => [`${part} s`, seconds] as const);
      const sizes = { "image MB": await addedBytes(layout, app.base), "store MB": await diskUse(session.store) };
      return { ...costColumns(cost), ...sizes, ...Object.fromEntries(parts) };
    } finally {
      await session.stop();
      if (!keeps) await clear(place);
    }
  };
}

/** Removes what earlier builds left, only where the disk is too small for all of them. */
async function makeRoom(folder: string, place: string, bytes: number): Promise<void> {
  const { bavail, bsize } = await statfs(folder);
  if (bavail * bsize > bytes) return;
  say("the disk is small: earlier builds are removed, which may slow the next one down");
  for (const name of await readdir(folder)) {
    const old = join(folder, name);
    if (!["app", "wheels"].includes(name) && old !== place) await clear(old);
  }
}

function boundJobs(app: WheelApp, folder: string, options: Options): readonly Job[] {
  const job = (subject: string, threads: BoundOptions["threads"], once: boolean): Job => ({
    subject,
    once,
    run: async (round) => {
      const out = join(folder, `bound-${threads}-${round}`);
      const columns = await boundColumns({ wheels: app.wheels, out, threads });
      await clear(out);
      return columns;
    },
  });
  return [job(BOUNDS.one, 1, true), job(BOUNDS.two, 2, false)].filter(({ subject }) => isWanted(options, subject));
}

function figures(name: string, rows: readonly Row[]): readonly Figure[] {
  const wall = (subject: string): number | undefined => medianOf(rows, subject, "wall s");
  const kits = rows.filter(({ subject }) => subject.startsWith("BuildKit"));
  const fastest = (some: readonly Row[]): number | undefined =>
    some.flatMap((row) => row.values["wall s"]?.median ?? []).sort((a, b) => a - b)[0];
  const peers = rows.filter(({ subject }) => !subject.startsWith("ociasm") && !subject.startsWith("bound"));
  const cpu = (subject: string): number | undefined => medianOf(rows, subject, "CPU s");
  return [
    ...ratio(`${OWN[0]} / ${PIP_BARE}`, wall(OWN[0]), wall(PIP_BARE), name === "torch" ? 1 / 15 : undefined),
    ...ratio(`${OWN[2]} / ${PIP_GZIP}`, wall(OWN[2]), wall(PIP_GZIP), name === "torch" ? 1 / 15 : undefined),
    ...ratio(`${OWN[0]} / fastest BuildKit`, wall(OWN[0]), fastest(kits), name === "torch" ? 1 / 5 : undefined),
    ...ratio(`${OWN[1]} / fastest BuildKit`, wall(OWN[1]), fastest(kits)),
    ...ratio(`${OWN[0]} / fastest peer`, wall(OWN[0]), fastest(peers), name === "small" ? 1 / 5 : undefined),
    ...ratio(`${OWN[0]} / ${BOUNDS.two}`, wall(OWN[0]), wall(BOUNDS.two), name === "torch" ? 1.5 : undefined),
    ...ratio(`${OWN[0]} / ${BOUNDS.two}, CPU`, cpu(OWN[0]), cpu(BOUNDS.two), name === "torch" ? 1.3 : undefined),
    ...ratio(`${OWN[1]} / ${BOUNDS.two}, CPU`, cpu(OWN[1]), cpu(BOUNDS.two)),
    ...OWN.flatMap((subject) => peakRss(`${subject}: peak RSS`, rows, subject)),
  ];
}

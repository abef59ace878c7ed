import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { costColumns, reasonOf, say, versionsOf } from "./_job.ts";
import type { Cost } from "./_measure.ts";
import { clear, isWanted, readOptions, workFolder } from "./_options.ts";
import { openApp, type WheelApp } from "./_wheel-app.ts";
import { buildah } from "./peers/buildah.ts";
import { buildkit } from "./peers/buildkit.ts";
import { ociasm } from "./peers/ociasm.ts";
import type { Peer, Session } from "./peers/peer.ts";
import { type Server, startServer } from "./peers/server.ts";
import { finish } from "./report/finish.ts";
import { absolute, type Figure, medianOf, peakRss, type Row, ratio, spreads } from "./report/result.ts";

const OWN = "ociasm, gzip";
const PEERS: readonly Peer[] = [ociasm(OWN), buildkit({ installer: "uv", compression: "zstd" }), buildah("uv")];

/** Jobs after the first build, and the seconds that are wanted. */
const JOBS = {
  unchanged: { title: "Unchanged, to an OCI layout", most: 0.5 },
  line: { title: "One line of the application, to an OCI layout", most: 1 },
  pushed: { title: "One line of the application, to a registry", most: 1 },
  bumped: { title: "One small wheel bumped, to a registry", most: undefined },
  fresh: { title: "One line of the application, fresh machine, image and cache in the registry", most: 2 },
} as const;
type Job = keyof typeof JOBS;

/** `again small|torch [--peer NAME]… [--rounds N]`: builds after the first one, beside BuildKit and buildah. */
export async function bench(args: readonly string[]): Promise<void> {
  const options = readOptions(args, 3);
  const [name = "small"] = options.words;
  const folder = await workFolder(options);
  const found = new Map<Job, Row[]>();
  try {
    const app = await openApp(name, options, folder);
    const peers = PEERS.filter((peer) => isWanted(options, peer.name));
    for (const [at, peer] of peers.entries()) {
      const place = join(folder, String(at));
      const rows = await jobsOf(peer, app, place, options.rounds);
      for (const [job, row] of rows) found.set(job, [...(found.get(job) ?? []), row]);
      // One machine's state at a time: together they need more than small disks have.
      await clear(place);
    }
    finish({
      case: `again-${name}`,
      versions: await versionsOf(peers),
      tables: [...found].map(([job, rows]) => ({ title: `${name}: ${JOBS[job].title}`, rows })),
      figures: [...found].flatMap(([job, rows]) => figures(job, rows)),
    });
  } finally {
    await clear(folder);
  }
}

async function jobsOf(peer: Peer, app: WheelApp, place: string, rounds: number): Promise<readonly [Job, Row][]> {
  await mkdir(place);
  const costs = new Map<Job, Cost[]>();
  const note = (job: Job, cost: Cost): void => {
    say(`${peer.name}, ${job}: ${cost.seconds.toFixed(2)} s`);
    costs.set(job, [...(costs.get(job) ?? []), cost]);
  };
  const failure = await runJobs(peer, app, place, rounds, note).catch((error: unknown) => error);
  const missing = failure === undefined ? "not tried" : reasonOf(failure);
  return (Object.keys(JOBS) as Job[]).map((job) => {
    const values = spreads((costs.get(job) ?? []).map(costColumns));
    return [job, { subject: peer.name, values, ...(costs.has(job) ? {} : { missing }) }];
  });
}

async function runJobs(
  peer: Peer,
  app: WheelApp,
  place: string,
  rounds: number,
  note: (job: Job, cost: Cost) => void,
): Promise<void> {
  const server = await startServer("crane", join(place, "registry"));
  try {
    await withSession(peer, app, join(place, "one"), async (session) => {
      const layout = join(place, "image");
      await session.build({ layout });
      for (let round = 0; round < rounds; round++) note("unchanged", await session.build({ layout }));
      for (let round = 0; round < rounds; round++) {
        await app.changeLine();
        note("line", await session.build({ layout }));
      }
      await pushes(session, app, server, rounds, note);
    });
    for (let round = 0; round < rounds; round++) {
      await app.changeLine();
      await withSession(peer, app, join(place, `fresh${round}`), async (session) => {
        note("fresh", await session.build({ registry: nameIn(server) }, "find"));
      });
    }
  } finally {
    await server.stop();
  }
}

async function pushes(
  session: Session,
  app: WheelApp,
  server: Server,
  rounds: number,
  note: (job: Job, cost: Cost) => void,
): Promise<void> {
  const registry = nameIn(server);
  await session.build({ registry });
  for (let round = 0; round < rounds; round++) {
    await app.changeLine();
    note("pushed", await session.build({ registry }));
  }
  await app.bump();
  note("bumped", await session.build({ registry }));
  await session.build({ registry }, "leave");
}

function nameIn({ host }: Server): string {
  return `${host}/bench/app:1`;
}

async function withSession(
  peer: Peer,
  app: WheelApp,
  place: string,
  run: (session: Session) => Promise<void>,
): Promise<void> {
  await mkdir(place);
  const session = await peer.start(app, place);
  try {
    await run(session);
  } finally {
    await session.stop();
  }
}

function figures(job: Job, rows: readonly Row[]): readonly Figure[] {
  const own = medianOf(rows, OWN, "wall s");
  const others = rows.filter(({ subject }) => subject !== OWN);
  return [
    ...absolute(`${JOBS[job].title}: ${OWN}`, own, "s", JOBS[job].most),
    ...peakRss(`${JOBS[job].title}: ${OWN}, peak RSS`, rows, OWN),
    ...others.flatMap(({ subject, values }) =>
      ratio(`${JOBS[job].title}: ${OWN} / ${subject}`, own, values["wall s"]?.median),
    ),
  ];
}

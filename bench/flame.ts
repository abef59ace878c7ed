import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { ROOT } from "../test/support/cli.ts";
import { succeed } from "./_measure.ts";
import { clear, readOptions, workFolder } from "./_options.ts";
import { openApp } from "./_wheel-app.ts";
import { buildWords, ociasm } from "./peers/ociasm.ts";
import { addProfile, type CpuProfile, frame } from "./report/cpu-profile.ts";
import { flameGraph } from "./report/flame-graph.ts";

/** What a thread is for, by the file that it was started with. */
const THREADS: readonly (readonly [file: string, name: string])[] = [
  ["/hash-worker.js", "hashing threads"],
  ["/worker.js", "layer threads"],
  ["/main.js", "main thread"],
];

/** `flame small|torch`: what the threads of a cold build are busy with, as docs/images/flame-NAME.svg. */
export async function bench(args: readonly string[]): Promise<void> {
  const options = readOptions(args, 1);
  const [name = "small"] = options.words;
  const folder = await workFolder(options);
  try {
    const app = await openApp(name, options, folder);
    // Reads the base once.
    await (await ociasm("ociasm").start(app, folder)).stop();
    const profiles = join(folder, "profiles");
    await mkdir(profiles);
    const node = ["--cpu-prof", "--cpu-prof-dir", profiles];
    const words = buildWords(app, { layout: join(folder, "out") }, join(folder, "cache"));
    await succeed(process.execPath, [...node, ...words]);
    const root = frame("all threads");
    for (const file of await readdir(profiles)) {
      const profile = JSON.parse(await readFile(join(profiles, file), "utf8")) as CpuProfile;
      const thread = root.calls.get(threadOf(profile)) ?? frame(threadOf(profile));
      root.calls.set(thread.name, thread);
      const before = thread.micros;
      addProfile(thread, profile);
      root.micros += thread.micros - before;
    }
    const image = join(ROOT, `docs/images/flame-${name}.svg`);
    await writeFile(
      image,
      flameGraph(root, `Cold build of ${name}, Node ${process.versions.node}: what its threads are busy with`),
    );
    console.log(image);
  } finally {
    await clear(folder);
  }
}

function threadOf({ nodes }: CpuProfile): string {
  const found = THREADS.find(([file]) => nodes.some(({ callFrame }) => callFrame.url.endsWith(file)));
  return found?.[1] ?? "other threads";
}

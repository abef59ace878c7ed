import assert from "node:assert/strict";
import { createReadStream } from "node:fs";
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { after, before, type TestContext, test } from "node:test";
import { readTar } from "../../src/archive/tar-read.ts";
import { CLI, machineEnvironment, run } from "../support/cli.ts";
import { filesBelow, openPlain, type ReadImage, readLayout, sha256Of } from "../support/oci-layout.ts";
import { REQUIREMENTS, writeSmallApp } from "../support/small-app.ts";
import { needs, otherNodes } from "../support/tools.ts";

// One digest, whatever the host. docs/reproducibility.md lists what is varied here and what is an input.

let work = "";
let shiftedClock = "";
let withoutNative = "";

interface Variation {
  readonly node?: string;
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly umask?: string;
  /** Modules that are loaded first, into every thread. */
  readonly preload?: readonly string[];
  readonly project?: string;
  /** The context as it is given on the command line. */
  readonly context?: string;
  readonly cwd?: string;
  readonly requirements?: string;
  /** "warm": packages are there, layers are not. A path is used as it is; undefined leaves it to the environment. */
  readonly cache?: "warm" | { readonly path: string | undefined };
  readonly progress?: string;
}

let runs = 0;

/** Builds and gives the folder of the layout. */
async function build(variation: Variation, ...more: readonly string[]): Promise<string> {
  const number = ++runs;
  const out = join(work, `out-${number}`);
  const project = join(work, variation.project ?? "app");
  const cache = await cacheOf(variation, number);
  const args = [
    ...["build", variation.context ?? project, "-t", "small:1", "-o", `type=oci,dest=${out},tar=false`],
    ...["-r", variation.requirements ?? REQUIREMENTS, "--progress", variation.progress ?? "plain"],
    ...(cache === undefined ? [] : ["--cache-dir", cache]),
    ...(variation.args ?? []),
    ...more,
  ];
  const options = (variation.preload ?? []).map((path) => `--import=${path}`).join(" ");
  const env = { ...machineEnvironment(), ...(options === "" ? {} : { NODE_OPTIONS: options }), ...variation.env };
  const shell = ["-c", `umask ${variation.umask ?? "022"}; exec "$@"`, "sh", variation.node ?? process.execPath, CLI];
  const result = await run("sh", [...shell, ...args], { env, cwd: variation.cwd ?? work });
  assert.equal(result.code, 0, result.stderr);
  const [image] = await readLayout(out);
  assert.match(result.stdout, /^small:1@sha256:[0-9a-f]{64}\n$/);
  if (!more.includes("--platform")) assert.equal(result.stdout, `small:1@${image?.digest}\n`);
  return out;
}

async function cacheOf({ cache = "warm" }: Variation, number: number): Promise<string | undefined> {
  if (typeof cache !== "string") return cache.path;
  const path = join(work, `cache-${number}`);
  await cp(join(work, "warm"), path, { recursive: true });
  await rm(join(path, "keys", "layers"), { recursive: true, force: true });
  return path;
}

/** Layouts hold nothing but the image, so they are equal file by file. */
async function assertSame(actual: string, expected: string): Promise<void> {
  assert.deepEqual(await filesBelow(actual), await filesBelow(expected));
  await rm(actual, { recursive: true });
}

before(async () => {
  work = await mkdtemp(join(tmpdir(), "ociasm-one digest-"));
  const preloads = await mkdtemp(join(tmpdir(), "ociasm-preload-"));
  // Node splits NODE_OPTIONS at spaces.
  shiftedClock = join(preloads, "clock.mjs");
  withoutNative = join(preloads, "without-native.mjs");
  await writeFile(shiftedClock, SHIFTED_CLOCK);
  await writeFile(withoutNative, WITHOUT_NATIVE);
  await writeSmallApp(join(work, "app"));
});

after(async () => {
  await rm(work, { recursive: true, force: true });
  await rm(dirname(shiftedClock), { recursive: true, force: true });
});

const SHIFTED_CLOCK = `
const Real = Date;
const shift = Number(process.env.TEST_SHIFT_HOURS) * 3_600_000;
globalThis.Date = class Date extends Real {
  constructor(...parts) {
    if (parts.length === 0) super(Real.now() + shift);
    else super(...parts);
  }
  static now() {
    return Real.now() + shift;
  }
};
`;

const WITHOUT_NATIVE = `
import { registerHooks } from "node:module";
registerHooks({
  resolve: (specifier, context, next) => {
    if (specifier.startsWith("zstd-napi")) throw new Error("not installed");
    return next(specifier, context);
  },
});
`;

/** Built first, from an empty cache, which the other runs start from. */
const references = new Map<string, Promise<string>>();

function reference(...args: readonly string[]): Promise<string> {
  const key = args.join(" ");
  const known = references.get(key) ?? build({ cache: { path: join(work, "warm") } }, ...args);
  references.set(key, known);
  return known;
}

/** Runs the variations, each with all that it differs in, against the reference of the same arguments. */
async function sameAsReference(
  t: TestContext,
  variations: Readonly<Record<string, Variation | undefined>>,
  ...args: readonly string[]
): Promise<void> {
  const expected = await reference(...args);
  for (const [name, variation] of Object.entries(variations)) {
    if (variation === undefined) continue;
    await t.test(name, async () => assertSame(await build(variation, ...args), expected));
  }
}

const HABITS: readonly Variation[] = [
  { umask: "077", env: { TZ: "Pacific/Kiritimati", LC_ALL: "tr_TR.UTF-8" }, args: ["--jobs", "1"], progress: "tty" },
  { umask: "000", env: { TZ: "America/St_Johns", LC_ALL: "C" }, args: ["--jobs", "8"], progress: "json" },
  { umask: "027", env: { TZ: "Asia/Kathmandu", LANG: "ja_JP.UTF-8" }, args: ["--jobs", "2"], progress: "github" },
];

const describe = ({ umask, env, args, progress }: Variation): string =>
  [`umask ${umask}`, ...Object.values(env ?? {}), (args ?? []).join(" "), progress].join(", ");

test("a second run takes every layer from the cache and gives the same", async () => {
  const expected = await reference();
  await assertSame(await build({ cache: { path: join(work, "warm") } }), expected);
});

test("umask, time zone, locale and number of threads change nothing", async (t) => {
  await sameAsReference(t, Object.fromEntries(HABITS.slice(0, 2).map((habit) => [describe(habit), habit])));
});

test("every other Node gives the same", async (t) => {
  if (!needs(t, "OCIASM_TEST_NODES (other Node binaries)", otherNodes().length > 0)) return;
  const variations = otherNodes().map((node, at): [string, Variation] => {
    const habit = HABITS[(at + 2) % HABITS.length] ?? {};
    return [`node ${at + 1}, ${describe(habit)}`, { ...habit, node }];
  });
  await sameAsReference(t, Object.fromEntries(variations));
});

test("place, order and age of the inputs change nothing, from an empty cache in a home with spaces", async (t) => {
  const elsewhere = join(work, "else where");
  await writeSmallApp(join(elsewhere, "checkout"), { reversed: true, mtime: 1_000_000_000, mode: 0o600 });
  const requirements = join(elsewhere, "shuffled.txt");
  const entries = (await readFile(REQUIREMENTS, "utf8")).split(/\n(?=\S)/);
  const reordered = entries.reverse().map((entry) => {
    const [name = "", ...hashes] = entry.trim().split(" \\\n");
    return [name, ...hashes.reverse()].join(" ");
  });
  await writeFile(requirements, `# other words\n${reordered.join("\r\n\r\n")}\r\n`);
  const home = join(elsewhere, "home of mine");
  await mkdir(home);
  const moved = {
    context: "./checkout",
    cwd: elsewhere,
    requirements,
    env: { HOME: home },
    cache: { path: undefined },
  };
  await sameAsReference(t, { "another checkout": { ...moved, progress: "quiet", args: ["--jobs", "3"] } });
  assert.ok((await filesBelow(join(home, ".cache", "ociasm", "blobs"))).size > 40, "the cache is not in HOME");
});

test("another day gives the same", async (t) => {
  const later = (hours: number): Variation => ({ preload: [shiftedClock], env: { TEST_SHIFT_HOURS: String(hours) } });
  await sameAsReference(t, {
    // The mirror's lists are read again after a day; after 40 days they have expired, and memory serves.
    "25 hours later": later(25),
    "40 days later, offline": { ...later(40 * 24), args: ["--offline"] },
  });
});

test("an OCI archive is the same byte by byte", async () => {
  const archive = async (name: string, variation: Variation) => {
    const path = join(work, name);
    await rm(await build(variation, "-o", `type=oci,dest=${path}`, "-o", `type=docker,dest=${path}.docker`), {
      recursive: true,
    });
    return Promise.all([path, `${path}.docker`].map((file) => sha256Of(createReadStream(file))));
  };
  await reference();
  const cache = { path: join(work, "warm") };
  const one = await archive("one.tar", { cache });
  assert.deepEqual(
    await archive("two.tar", { ...HABITS[0], preload: [shiftedClock], env: { TEST_SHIFT_HOURS: "20" }, cache }),
    one,
  );
});

test("zstd is the same from the native module and from Node's own library", async (t) => {
  if (!needs(t, "OCIASM_TEST_NODES (other Node binaries)", otherNodes().length > 0)) return;
  const variations: [string, Variation][] = [];
  for (const [at, node] of otherNodes().entries()) {
    const { stdout } = await run(node, ["-p", "process.versions.zstd ?? ''"]);
    // The reference is this Node's own, by the native module.
    if (at === 0) variations.push(["node 1, native", { ...HABITS[0], node }]);
    if (stdout.trim() === "1.5.7") variations.push([`node ${at + 1}, own`, { node, preload: [withoutNative] }]);
  }
  assert.ok(variations.some(([name]) => name.endsWith("own")));
  await sameAsReference(t, Object.fromEntries(variations), "--compression", "zstd");
});

test("uncompressed layers are the same, and hold what the compressed ones hold", async (t) => {
  const node = otherNodes().at(-1);
  await sameAsReference(
    t,
    { "threads and Node": { ...HABITS[0], ...(node === undefined ? {} : { node }) } },
    ...["--compression", "none"],
  );
  const diffIds = async (folder: string) =>
    (await readLayout(folder)).map((image) => image.layers.map((l) => l.diffId));
  const none = await diffIds(await reference("--compression", "none"));
  assert.deepEqual(none, await diffIds(await reference()));
});

test("an image for another architecture is the same too, alone or beside the host's", async (t) => {
  const arm = ["--platform", "linux/arm64"];
  const node = otherNodes().at(0);
  await sameAsReference(t, { elsewhere: { ...HABITS[1], ...(node === undefined ? {} : { node }) } }, ...arm);
  const together = await build(HABITS[0] ?? {}, "--platform", "linux/amd64,linux/arm64");
  const both = await readLayout(together);
  const alone = [...(await readLayout(await reference())), ...(await readLayout(await reference(...arm)))];
  const facts = (images: readonly ReadImage[]) => images.map(({ digest, platform }) => ({ digest, platform }));
  assert.deepEqual(facts(both), facts(alone));
  const swapped = await build({ cache: { path: join(work, "warm") } }, "--platform", "linux/arm64,linux/amd64");
  await assertSame(swapped, together);
  const machines = await Promise.all(alone.map(machinesIn));
  for (const [at, expected] of [62, 183].entries()) {
    const found = machines[at] ?? new Map<number, string[]>();
    assert.deepEqual([...found.keys()], [expected], JSON.stringify([...found].map(([, paths]) => paths.slice(0, 3))));
    assert.ok((found.get(expected)?.length ?? 0) > 80, `${found.get(expected)?.length} ELF files`);
  }
});

/** Paths of the ELF files by their e_machine: 62 is x86-64, 183 is AArch64. */
async function machinesIn(image: ReadImage): Promise<ReadonlyMap<number, string[]>> {
  const found = new Map<number, string[]>();
  for (const layer of image.layers) {
    for await (const { entry, content } of readTar(openPlain(layer))) {
      if (entry.type !== "file") continue;
      for await (const chunk of content()) {
        const head = Buffer.from(chunk.subarray(0, 20));
        if (head.subarray(0, 4).toString("latin1") !== "\x7fELF") break;
        const machine = head.readUInt16LE(18);
        found.set(machine, [...(found.get(machine) ?? []), `${basename(layer.path).slice(0, 8)} ${entry.path}`]);
        break;
      }
    }
  }
  return found;
}

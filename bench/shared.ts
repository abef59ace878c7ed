import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { startFakeRegistry } from "../test/fake-registry/registry.ts";
import { machine, measure } from "./_measure.ts";

const CLI = fileURLToPath(new URL("../bundle/cli/main.js", import.meta.url));

/**
 * Two applications that share large wheels, of two Pythons, on two bases, each built on a machine that has nothing:
 * npm run bench -- shared WHEELS [MAIN.JS]. WHEELS is a folder; its py3-none wheels are taken, the last by one application only.
 */
export async function bench([wheels, cli = CLI]: readonly string[]): Promise<void> {
  if (wheels === undefined) throw new Error("usage: shared WHEELS [MAIN.JS]");
  const all = (await readdir(wheels)).filter((name) => /-py3-none-[^-]+\.whl$/.test(name)).sort();
  const work = await mkdtemp(join(tmpdir(), "ociasm-bench-"));
  const registry = await startFakeRegistry({ changes: { auth: "none" } });
  try {
    const build = async (app: string, names: readonly string[], flags: readonly string[]) => {
      const context = join(work, app);
      await mkdir(context);
      await writeFile(join(context, "main.py"), `print("${app}")\n`);
      const lock = names.map((name) => `${join(wheels, name)}\n`).join("");
      if (lock !== "") await writeFile(join(context, "requirements.txt"), lock);
      const common = ["build", context, "--base", "scratch", "--libc", "glibc:2.36", "--no-index", "-q", "--json"];
      const places = ["--cache-dir", join(work, `${app}-cache`)];
      const { code, stdout, stderr, seconds } = await measure(process.execPath, [cli, ...common, ...places, ...flags]);
      if (code !== 0) throw new Error(stderr);
      return { seconds, result: JSON.parse(stdout) as Result };
    };
    const layout = join(work, "layout");
    await build("base", [], ["-t", "base:1", "-o", `type=oci,dest=${layout},tar=false`]);
    const name = `${registry.host}/one:1`;
    const one = await build("one", all, ["--python", "3.11", "-t", name, "--push"]);
    await rm(join(work, "one-cache"), { recursive: true });
    const other = ["--python", "3.13", "--base", `oci:${layout}`, "--cache-from", name];
    const two = await build("two", all.slice(0, -1), [...other, "-t", `${registry.host}/two:1`, "--push"]);
    const [first, second] = [one, two].map(({ result }) => packageLayers(result));
    const shared = [...(second ?? [])].filter((digest) => first?.has(digest)).length;
    const figures = { wheels: all.length, layers: second?.size, shared, one: summary(one), two: summary(two) };
    console.log(JSON.stringify({ case: "shared", machine: machine(), ...figures }, undefined, 2));
  } finally {
    await registry.close();
    await rm(work, { recursive: true, force: true });
  }
}

interface Result {
  readonly images: readonly { readonly layers: readonly { readonly kind: string; readonly digest: string }[] }[];
  readonly bytes: Readonly<Record<string, number>>;
}

function packageLayers({ images }: Result): ReadonlySet<string> {
  const layers = images.flatMap((image) => image.layers);
  return new Set(layers.flatMap(({ kind, digest }) => (kind === "package" ? [digest] : [])));
}

function summary({ seconds, result }: { readonly seconds: number; readonly result: Result }): object {
  return { seconds: Math.round(seconds * 10) / 10, ...result.bytes };
}

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { HttpClient } from "../src/net/http-client.ts";
import type { IndexCatalog } from "../src/pypi/catalog.ts";
import { comparePublic, isPrerelease } from "../src/python/version.ts";
import { parseWheelName } from "../src/python/wheel-name.ts";
import type { DistributionFile } from "../src/resolve/lock.ts";
import { agreeIndex, openCatalog } from "../test/agree/own.ts";
import { machine } from "./_measure.ts";

const NAMES = "torch numpy pandas scipy boto3 botocore transformers django fastapi requests aiohttp openai".split(" ");

/** npm run bench -- resolve metadata [NAME…]: METADATA of each name's newest wheel, first cold, then with a warm cache. */
export async function bench([what = "metadata", ...names]: readonly string[]): Promise<void> {
  if (what !== "metadata") throw new Error(`no case ${what}: metadata`);
  const work = await mkdtemp(join(tmpdir(), "ociasm-bench-"));
  try {
    const cold = await run(work, names.length === 0 ? NAMES : names);
    const warm = await run(work, names.length === 0 ? NAMES : names);
    console.log(JSON.stringify({ case: "resolve metadata", machine: machine(), cold, warm }, undefined, 2));
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

interface Traffic {
  requests: number;
  bytes: number;
}

async function run(cacheDir: string, names: readonly string[]): Promise<unknown> {
  const traffic: Traffic = { requests: 0, bytes: 0 };
  const { catalog, close } = await openCatalog(await agreeIndex(), cacheDir, (http) => counted(http, traffic));
  try {
    const start = process.hrtime.bigint();
    const files = await Promise.all(names.map((name) => newestWheel(catalog, name)));
    const pages = { ...traffic, seconds: secondsSince(start) };
    const begin = process.hrtime.bigint();
    await Promise.all(files.filter((file) => file !== undefined).map((file) => catalog.metadata(file)));
    const metadata = {
      requests: traffic.requests - pages.requests,
      bytes: traffic.bytes - pages.bytes,
      seconds: secondsSince(begin),
    };
    return { names: names.length, pages, metadata, peakRss: process.resourceUsage().maxRSS * 1024 };
  } finally {
    await close();
  }
}

function counted(http: HttpClient, traffic: Traffic): HttpClient {
  return {
    request: async (request) => {
      traffic.requests++;
      const response = await http.request(request);
      const count = (bytes: Uint8Array): Uint8Array => {
        traffic.bytes += bytes.length;
        return bytes;
      };
      return {
        ...response,
        body: (async function* () {
          for await (const chunk of response.body) yield count(chunk);
        })(),
        bytes: async (limit) => count(await response.bytes(limit)),
        text: async (limit) => new TextDecoder().decode(count(await response.bytes(limit))),
      };
    },
    close: () => http.close(),
  };
}

/** The newest final release's wheel for any machine, else for common Linux ones. */
async function newestWheel(catalog: IndexCatalog, name: string): Promise<DistributionFile | undefined> {
  const wheels = ((await catalog.files(name)) ?? []).flatMap((listed) => {
    const file = listed.file();
    const wheel = parseWheelName(file.filename);
    const isUsual = /-(none-any|(cp312|abi3|none)-\S*linux\S*x86_64\S*)\.whl$/.test(file.filename);
    return wheel.ok && isUsual && !isPrerelease(wheel.value.version) ? [{ file, version: wheel.value.version }] : [];
  });
  return wheels.sort((a, b) => comparePublic(b.version, a.version))[0]?.file;
}

function secondsSince(start: bigint): number {
  return Number(process.hrtime.bigint() - start) / 1e9;
}

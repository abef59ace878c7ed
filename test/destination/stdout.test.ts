import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { openDestination } from "../../src/destination/destinations.ts";
import { silent } from "../../src/events.ts";
import { buildImage, digestOfBytes, layersIn, packLayer, publicationOf } from "../support/image.ts";
import { temporaryFolder } from "../support/temporary.ts";

const DESTINATIONS = new URL("../../src/destination/destinations.js", import.meta.url).href;

test("an archive on stdout has the bytes of one in a file, also through a slow pipe", async (t) => {
  const folder = temporaryFolder(t);
  // Larger than any pipe's buffer.
  const image = buildImage("linux/amd64", [
    packLayer(Buffer.alloc(3_000_000, 1), (tar) => tar, "application/vnd.oci.image.layer.v1.tar"),
  ]);
  const publication = publicationOf([image], ["app:1"]);
  const layers = layersIn(join(folder, "store"), [image]);
  const deps = { layers, report: silent, signal: new AbortController().signal, environment: {} };
  await openDestination(`type=oci,dest=${folder}/a.tar`).write(publication, deps);

  const path = join(folder, "store", image.layers[0]?.digest.slice(7) ?? "");
  const script = `
    import { openDestination } from ${JSON.stringify(DESTINATIONS)};
    import { readFileSync } from "node:fs";
    const publication = JSON.parse(readFileSync(0, "utf8"), (key, value) => key === "bytes" ? Buffer.from(value, "base64") : value);
    const deps = { layers: { local: async () => ${JSON.stringify(path)} }, report() {}, signal: new AbortController().signal, environment: {} };
    await openDestination("type=oci,dest=-").write(publication, deps);`;
  writeFileSync(join(folder, "script.mjs"), script);
  const input = JSON.stringify(publication, (key, value: unknown) =>
    key === "bytes" ? Buffer.from(value as Uint8Array).toString("base64") : key === "built" ? undefined : value,
  );
  const output = await new Promise<Buffer>((resolve, reject) => {
    const child = execFile(
      process.execPath,
      [join(folder, "script.mjs")],
      { encoding: "buffer", maxBuffer: 2 ** 24 },
      (error, stdout, stderr) => (error === null ? resolve(stdout) : reject(new Error(stderr.toString()))),
    );
    child.stdin?.end(input);
  });
  assert.equal(digestOfBytes(output), digestOfBytes(readFileSync(join(folder, "a.tar"))));
});

import { createHash } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { digestOfHex } from "../../src/oci/digest.ts";
import { createDiskStore } from "../../src/store/disk.ts";

// Writes to a store without end, until it is killed. Arguments: cache directory, seed.
const [cacheDir = "", seed = "0"] = process.argv.slice(2);
const store = createDiskStore(cacheDir);
process.stdout.write("ready\n");
for (let round = 0; ; round++) {
  const bytes = Buffer.alloc(1 + ((round * 7919) % 300_000), `${seed}-${round % 40}-`);
  const digest = digestOfHex(createHash("sha256").update(bytes).digest("hex"));
  if (round % 2 === 0) await store.put(bytes);
  else {
    const file = await store.temporary();
    await writeFile(file, bytes);
    await store.adopt(file, { digest, size: bytes.length });
  }
  await store.set("rounds", `${round % 5}`, { round, digest });
}

import { createHttp } from "../../src/net/http.ts";
import { fetchWheel } from "../../src/pypi/wheels.ts";
import type { LockedWheel } from "../../src/resolve/lock.ts";
import { createDiskStore } from "../../src/store/disk.ts";

// Fetches one wheel into a store. Arguments: cache directory, the wheel as JSON.
const [cacheDir = "", wheel = ""] = process.argv.slice(2);
const http = createHttp({ environment: {}, userAgent: "ociasm/test" });
const store = createDiskStore(cacheDir);
await fetchWheel(JSON.parse(wheel) as LockedWheel, {
  store,
  http,
  report: () => {},
  signal: new AbortController().signal,
});
await http.close();

import { createHttp } from "../../src/net/http.ts";
import { createCatalog } from "../../src/pypi/catalog.ts";
import { createDiskStore } from "../../src/store/disk.ts";

// Prints how many files the project "big" has, and the last. Arguments: index URL, cache directory, "online" or "offline".
const [url = "", cacheDir = "", mode = ""] = process.argv.slice(2);
const http = createHttp({ environment: {}, userAgent: "ociasm/test" });
const catalog = createCatalog(
  { indexes: [{ url }], findLinks: [], trustedHosts: [], caFile: undefined, isDefault: false, strategy: "all" },
  {
    http,
    store: createDiskStore(cacheDir),
    authorize: async () => ({}),
    report: () => {},
    signal: new AbortController().signal,
    offline: mode === "offline",
  },
);
const files = (await catalog.files("big")) ?? [];
console.log(files.length, files.at(-1)?.filename);
await catalog.close();
await http.close();

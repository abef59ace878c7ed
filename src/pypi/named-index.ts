import { OciasmError } from "../errors.ts";
import { splitUserInfo } from "../net/basic-auth.ts";
import { redactUrl } from "../net/redact.ts";
import type { Index, IndexConfig } from "./index-config.ts";

export type IndexPlaces = Pick<IndexConfig, "indexes" | "findLinks" | "strategy" | "trustedHosts">;

/**
 * Where a package is looked for: everywhere, or in the one index that its source names (by name or URL) and in no folder.
 * With `--no-index` only the folders are left. Throws CONFIG_INVALID for an index that nobody configured.
 */
export function placesFor(config: IndexConfig, named: string | undefined): IndexPlaces {
  const all = [...config.indexes, ...(config.explicit ?? [])];
  if (named === undefined || all.length === 0) return config;
  const url = plainUrl(named);
  const index = all.find((one) => one.name === named) ?? all.find((one) => one.url === url);
  if (index === undefined) throw unknownIndex(named, all);
  return { ...config, indexes: [index], findLinks: [] };
}

function plainUrl(text: string): string | undefined {
  if (!/^(https?|file):\/\//i.test(text) || !URL.canParse(text)) return undefined;
  const url = new URL(splitUserInfo(text).url);
  url.hash = "";
  if (!url.pathname.endsWith("/")) url.pathname += "/";
  return url.href;
}

function unknownIndex(named: string, all: readonly Index[]): OciasmError {
  const known = all.map((one) => one.name ?? redactUrl(one.url)).join(", ");
  return new OciasmError("CONFIG_INVALID", `no index ${JSON.stringify(redactUrl(named))} is configured`, {
    hint: `configured are ${known}: add the one that is meant with --extra-index-url, or correct its name`,
  });
}

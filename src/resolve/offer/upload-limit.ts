import { OciasmError } from "../../errors.ts";
import type { DistributionFile } from "../lock.ts";
import type { ResolveOptions } from "./options.ts";

/** Files that were uploaded after this don't exist. */
export interface UploadLimit {
  /** Milliseconds since 1970. */
  readonly time: number;
  /** As the user wrote it. */
  readonly text: string;
}

/** `--exclude-newer` for one package. A day without a time counts to its end in UTC. Throws USAGE for what is no date. */
export function uploadLimit(
  name: string,
  options: Pick<ResolveOptions, "excludeNewer" | "excludeNewerPackage">,
): UploadLimit | undefined {
  const own = options.excludeNewerPackage;
  const text = own !== undefined && Object.hasOwn(own, name) ? own[name] : options.excludeNewer;
  if (text === undefined) return undefined;
  const time = Date.parse(/^\d{4}-\d{2}-\d{2}$/.test(text) ? `${text}T24:00:00Z` : text);
  if (!Number.isNaN(time)) return { time, text };
  throw new OciasmError("USAGE", `${JSON.stringify(text)} is no date to exclude newer files by`, {
    hint: "write it as 2026-01-31 or 2026-01-31T00:00:00Z",
  });
}

/** uv's rule: what has no upload time counts as newer. */
export function isNewer({ uploadTime }: DistributionFile, limit: UploadLimit): boolean {
  const time = uploadTime === undefined ? Number.NaN : Date.parse(uploadTime);
  return !(time < limit.time);
}

import type { Limit } from "../analyze/gates.ts";
import { readBytes } from "../build/config-values.ts";
import { OciasmError } from "../errors.ts";
import { type Arguments, stringFlag } from "./arguments.ts";

/** "10MB" or, where a share makes sense, "5%". Throws USAGE. */
export function limitFlag(args: Arguments, name: string, mayBeShare: boolean): Limit | undefined {
  const text = stringFlag(args, name);
  if (text === undefined) return undefined;
  const percent = /^(\d{1,3}(?:\.\d{1,6})?)\s*%$/.exec(text.trim())?.[1];
  if (percent !== undefined && mayBeShare) return { share: Number(percent) / 100 };
  const bytes = percent === undefined ? readBytes(text) : "";
  if (typeof bytes === "number") return { bytes };
  const wanted = mayBeShare ? "a size such as 10MB or a share such as 5%" : "a size such as 500MB";
  throw new OciasmError("USAGE", `--${name} takes ${wanted}, not \`${text}\``);
}

import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

type Collect = (options?: { readonly type: "minor" }) => void;

let collect: Collect | undefined;

/**
 * Collects garbage now. V8 goes by the objects that it sees, and a file's buffers are far larger than those: left alone,
 * each thread keeps some 50 MB of them. `minor` looks at young objects only, in about a millisecond.
 */
export function collectGarbage(extent: "minor" | "full"): void {
  if (collect === undefined) {
    setFlagsFromString("--expose-gc");
    collect = runInNewContext("gc") as Collect;
  }
  if (extent === "minor") collect({ type: "minor" });
  else collect();
}

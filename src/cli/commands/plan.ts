import { knownLayers } from "../../build/known-layers.ts";
import { openCache, planImage } from "../../build/pipeline.ts";
import { planResult } from "../../build/report-result.ts";
import type { ImageResult } from "../../build/result.ts";
import { OciasmError } from "../../errors.ts";
import type { Arguments } from "../arguments.ts";
import { openBuild } from "../build-request.ts";
import { openPlanFiles, usePlanFiles } from "../plan-file.ts";
import { planText } from "../render/plan.ts";
import type { Session } from "../session.ts";
import type { Answer } from "../verbs.ts";

export async function planCommand(args: Arguments, session: Session): Promise<Answer> {
  const unsized = new Set<string>();
  const files = await openPlanFiles(args);
  const { prepared, deps } = await openBuild(files.args, session, session.report, { unsized });
  const cache = openCache(prepared, prepared.destinations, deps);
  try {
    if ((files.check ?? files.write) !== undefined && prepared.platforms.length > 1) {
      throw new OciasmError("USAGE", "a file of a plan is for one platform", {
        hint: "choose it with --platform",
      });
    }
    const images: ImageResult[] = [];
    for (const platform of prepared.platforms) {
      const plan = await planImage(prepared, platform, cache, deps);
      try {
        images.push(planResult(plan, await knownLayers(plan, cache, deps), unsized));
        await usePlanFiles(files, plan, prepared);
      } finally {
        await plan.base.close();
      }
    }
    const shown = files.check === undefined ? images : [];
    const text = shown.map((image) => planText(image, session.canvas)).join("\n\n");
    return { text, json: { schema: 1, images } };
  } finally {
    await prepared.packages?.close();
    await cache.close();
    await deps.close();
  }
}

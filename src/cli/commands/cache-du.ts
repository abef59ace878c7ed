import { createDiskStore } from "../../store/disk.ts";
import { cacheUsage, type Usage } from "../../store/usage.ts";
import type { Arguments } from "../arguments.ts";
import { renderTable } from "../render/table.ts";
import { formatBytes } from "../render/units.ts";
import type { Session } from "../session.ts";
import type { Answer } from "../verbs.ts";

const MEANING: Readonly<Record<Usage["use"], string>> = {
  images: "named by `image ls`",
  layers: "in no image that has a name: `cache prune --all` removes them",
  downloads: "wheels, Debian packages: `cache prune` removes them",
  notes: "what is remembered of indexes, bases and layers",
};

export async function cacheDuCommand(_args: Arguments, session: Session): Promise<Answer> {
  const usage = await cacheUsage(createDiskStore(session.cacheDir));
  const bytes = usage.reduce((sum, one) => sum + one.bytes, 0);
  const files = usage.reduce((sum, one) => sum + one.files, 0);
  const rows = [...usage, { use: "", files, bytes }].map((one) => [
    one.use === "" ? "in all" : one.use,
    `${one.files}`,
    formatBytes(one.bytes),
    one.use === "" ? session.cacheDir : MEANING[one.use as Usage["use"]],
  ]);
  const columns = [
    {},
    { title: "files", align: "right" },
    { title: "size", align: "right", ink: "strong" },
    { ink: "faint", gives: true },
  ] as const;
  return {
    text: renderTable(columns, rows, session.canvas),
    json: { schema: 1, cacheDir: session.cacheDir, usage, files, bytes },
  };
}

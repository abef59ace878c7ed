import type { AssembleJob } from "./job.ts";

/** Where the unpacked content of debs lies while their layer is made. */
export function spoolPath(job: AssembleJob): string {
  return `${job.blobPath}.spool`;
}

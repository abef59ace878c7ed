import type { UploadSession } from "./upload-session.ts";

/** Judges after each failure whether an upload gets anywhere, so that a bad line ends none that does. */
export interface UploadProgress {
  /** Called when a session stops, for whatever reason. */
  saw(session: UploadSession | undefined): void;
  /** True when the tries may count from the start again. */
  renewed(): boolean;
}

const MEBIBYTE = 1024 * 1024;
/** A try that brought so much over the line is no sign that the next one fails. */
const MUCH = 8 * MEBIBYTE;
/** Cuts this near to each other are no chance: something there takes no more than that. */
const NEAR = MEBIBYTE / 4;
/** How often bytes that the registry did not keep count as progress. */
const MOST_LOSSES = 20;

/** Progress is what the registry has kept; or, some times, that much went over the line and not always equally much. */
export function uploadProgress(): UploadProgress {
  let [best, kept, sent, lastSent, losses] = [0, 0, 0, 0, 0];
  return {
    saw: (session) => {
      kept = session?.offset ?? 0;
      sent = session?.sent ?? 0;
    },
    renewed: () => {
      const gained = kept > best;
      const far = sent >= MUCH && Math.abs(sent - lastSent) > NEAR && losses < MOST_LOSSES;
      best = Math.max(best, kept);
      lastSent = sent;
      sent = 0;
      if (!gained && far) losses++;
      return gained || far;
    },
  };
}

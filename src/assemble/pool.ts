import { rm } from "node:fs/promises";
import { OciasmError } from "../errors.ts";
import { type Report, silent } from "../events.ts";
import type { InspectedWheel, InspectRequest } from "./inspect-wheel.ts";
import type { AssembledLayer, AssembleJob } from "./job.ts";
import { spoolPath } from "./spool-path.ts";
import { startThread, type Thread } from "./thread.ts";

/** Looks into wheels and makes layers, a fixed number at a time, in the order of the calls: hand in the largest first. */
export interface LayerPool {
  /** What a wheel will bring. Throws WHEEL_INVALID, or INTERRUPTED when a signal fires. */
  inspect(request: InspectRequest, signal?: AbortSignal): Promise<InspectedWheel>;
  /** Rejects with INTERRUPTED when the signal, or the pool's own, fires; no file of the job is left then. */
  run(job: AssembleJob, report: Report, signal?: AbortSignal): Promise<AssembledLayer>;
  /** Ends all threads; jobs that run or wait are rejected. */
  close(): Promise<void>;
}

export interface PoolOptions {
  /** Threads, started when there is work for them; 0 works in the caller's thread. */
  readonly workers: number;
  readonly signal?: AbortSignal;
}

export function createPool({ workers, signal: poolSignal }: PoolOptions): LayerPool {
  const closing = new AbortController();
  const places = createPlaces(Math.max(1, workers));
  const idle: Thread[] = [];
  const all = new Set<Thread>();

  const inThread = async <T>(work: (thread: Thread) => Promise<T>, signal: AbortSignal): Promise<T> => {
    const thread = idle.pop() ?? startThread();
    all.add(thread);
    const stop = (): void => void thread.stop();
    signal.addEventListener("abort", stop);
    try {
      const result = await work(thread);
      idle.push(thread);
      return result;
    } catch (error) {
      // A thread that failed is not asked again: it may hold open files, or be gone.
      all.delete(thread);
      await thread.stop();
      throw error;
    } finally {
      signal.removeEventListener("abort", stop);
    }
  };

  const inPlace = async <T>(
    work: (signal: AbortSignal) => Promise<T>,
    callers: AbortSignal | undefined,
  ): Promise<T> => {
    const signals = [closing.signal, poolSignal, callers].filter((signal) => signal !== undefined);
    const signal = AbortSignal.any(signals);
    await places.take(signal);
    try {
      return await work(signal);
    } catch (error) {
      throw signal.aborted ? interrupted(signal) : error;
    } finally {
      places.give();
    }
  };

  return {
    inspect: (request, callers) =>
      inPlace(async (signal) => {
        if (workers > 0) return inThread((thread) => thread.ask({ type: "inspect", request }, silent), signal);
        const { inspectWheel } = await import("./inspect-wheel.ts");
        return inspectWheel(request);
      }, callers),
    run: (job, report, callers) =>
      inPlace(async (signal) => {
        try {
          if (workers > 0) return await inThread((thread) => thread.ask({ type: "assemble", job }, report), signal);
          const { assembleLayer } = await import("./assemble.ts");
          return await assembleLayer(job, { report, signal });
        } catch (error) {
          await Promise.all([job.blobPath, job.listingPath, spoolPath(job)].map((path) => rm(path, { force: true })));
          throw error;
        }
      }, callers),
    close: async () => {
      closing.abort();
      await Promise.all([...all].map((thread) => thread.stop()));
      all.clear();
      idle.length = 0;
    },
  };
}

function interrupted(signal: AbortSignal): OciasmError {
  return new OciasmError("INTERRUPTED", "interrupted", { cause: signal.reason });
}

/** A counter that makes callers wait in line. */
interface Places {
  take(signal: AbortSignal): Promise<void>;
  give(): void;
}

function createPlaces(count: number): Places {
  let free = count;
  const waiting: (() => void)[] = [];
  return {
    take: async (signal) => {
      if (signal.aborted) throw interrupted(signal);
      if (free > 0) {
        free--;
        return;
      }
      await new Promise<void>((resolve, reject) => {
        const leave = (): void => {
          waiting.splice(waiting.indexOf(enter), 1);
          reject(interrupted(signal));
        };
        const enter = (): void => {
          signal.removeEventListener("abort", leave);
          resolve();
        };
        signal.addEventListener("abort", leave);
        waiting.push(enter);
      });
    },
    give: () => {
      const next = waiting.shift();
      if (next === undefined) free++;
      else next();
    },
  };
}

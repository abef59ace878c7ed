import { Random } from "../support/random.ts";
import type { Fault, FaultAction } from "./faults.ts";

const STEPS: readonly [Pick<Fault, "method" | "path">, ...Pick<Fault, "method" | "path">[]] = [
  { method: "HEAD", path: /\/blobs\// },
  { method: "POST", path: /\/uploads\// },
  { method: "PATCH", path: /\/uploads\// },
  { method: "PUT", path: /\/uploads\// },
  { method: "PUT", path: /\/manifests\// },
  { method: "GET", path: /\/manifests\// },
  { method: "GET", path: /\/blobs\// },
];
const STATUSES: readonly [number, ...number[]] = [408, 429, 500, 502, 503, 504, 401, 403, 404, 400, 413, 416];

/** A random script of `count` rules, the same for the same seed. None of them makes a client wait. */
export function randomFaults(seed: number, count = 4): readonly Fault[] {
  const random = new Random(seed * 2654435761);
  return Array.from({ length: count }, () => ({
    ...random.pick(STEPS),
    skip: random.below(5),
    times: 1 + random.below(3),
    action: randomAction(random),
  }));
}

function randomAction(random: Random): FaultAction {
  const actions: readonly [() => FaultAction, ...(() => FaultAction)[]] = [
    () => ({ status: random.pick(STATUSES), headers: { "retry-after": "0" } }),
    () => ({ status: random.pick([500, 502, 503]), body: "<html>gateway</html>", early: true }),
    () => ({ reset: random.below(200_000) }),
    () => ({ reset: "after" }),
    () => ({ reset: "after" }),
    () => ({ delayMilliseconds: random.below(30) }),
    () => ({ truncate: random.below(2000), how: random.pick(["length", "chunked", "close"]) }),
    () => ({ drop: "named" }),
    () => ({ expireTokens: true }),
    () => ({ answer: { headers: { "docker-content-digest": null } } }),
  ];
  return random.pick(actions)();
}

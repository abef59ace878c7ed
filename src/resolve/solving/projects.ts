import type { Target } from "../../python/target.ts";
import { bestWheel } from "../../python/wheel-choice.ts";
import { explainMismatch } from "../../python/wheel-mismatch.ts";
import type { Request } from "../asked/request.ts";
import type { UrlPin } from "../asked/url-pins.ts";
import type { Catalog } from "../catalog.ts";
import type { ResolveOptions } from "../offer/options.ts";
import { policyOf } from "../offer/policy.ts";
import { projectOf, readProject } from "../offer/read-project.ts";
import type { Offer, Project } from "../offer/release.ts";

/** Projects as the index has them, each asked about once. */
export interface Projects {
  get(name: string): Promise<Project>;
  /** What is known by now. */
  known(name: string): Project | undefined;
  indexOf(name: string): string | undefined;
}

/** Pinned wheels are projects of one release. */
export function openProjects(
  catalog: Catalog,
  request: Request,
  pins: ReadonlyMap<string, UrlPin>,
  options: ResolveOptions,
  target: Target,
): Projects {
  const asked = new Map<string, Promise<Project>>();
  const known = new Map<string, Project>();
  const indexOf = (name: string) => {
    const from = request.sources.get(name)?.from;
    return from?.kind === "index" ? from.index : undefined;
  };
  const read = async (name: string): Promise<Project> => {
    const pin = pins.get(name);
    const project = pin === undefined ? await fromIndex(name) : pinned(pin);
    known.set(name, project);
    return project;
  };
  const fromIndex = async (name: string): Promise<Project> => {
    const index = indexOf(name);
    const files = await catalog.files(name, index);
    if (files !== undefined) return readProject(files, policyOf(name, request, options, target));
    const missing = index === undefined ? "is in no index" : `is not in the index ${index}`;
    return { ...projectOf(name, []), missing };
  };
  const pinned = ({ name, version, file }: UrlPin): Project => {
    const offer: Offer =
      bestWheel([file], target) === undefined
        ? { kind: "none", reason: `is ${file.filename} (${explainMismatch(file.filename, target)})` }
        : { kind: "wheel", wheel: file };
    return projectOf(name, [{ version, files: () => [file], offer: () => offer }]);
  };
  return {
    get: (name) => {
      const before = asked.get(name);
      if (before !== undefined) return before;
      const project = read(name);
      asked.set(name, project);
      return project;
    },
    known: (name) => known.get(name),
    indexOf,
  };
}

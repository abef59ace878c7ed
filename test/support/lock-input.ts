import type { InputContext, InputFormat, LockInput } from "../../src/input/input.ts";
import { selectPackages } from "../../src/resolve/select.ts";
import { testTarget } from "./target.ts";

/** A context in which `beside` lies in the lock's folder. */
export function lockContext(file: string, beside: Readonly<Record<string, string>> = {}): InputContext {
  return {
    file,
    environment: { TOKEN: "secret" },
    readInclude: (path) => (Object.hasOwn(beside, path) ? { path: `/p/${path}`, text: beside[path] ?? "" } : undefined),
  };
}

export function parseLock(format: InputFormat, text: string, beside: Readonly<Record<string, string>> = {}): LockInput {
  return format.parse(text, lockContext(`/p/${format.name}`, beside));
}

export interface Asking {
  readonly python?: string;
  readonly platform?: string;
  readonly extras?: readonly string[];
  readonly groups?: readonly string[];
  readonly only?: boolean;
}

/** "name==version" of what a target gets. */
export function selected(input: LockInput, asking: Asking = {}): readonly string[] {
  const { python, platform, extras = [], groups = [], only = false } = asking;
  const target = testTarget({
    ...(python === undefined ? {} : { python }),
    ...(platform === undefined ? {} : { platform }),
  });
  const choice = { extras, groups, noDefaultGroups: only };
  return selectPackages(input, target, choice).map(({ package: { name, version } }) => `${name}==${version ?? "?"}`);
}

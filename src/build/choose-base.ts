import { allowsPython } from "../python/requires-python.ts";
import type { BaseNote } from "../resolve/pylock-document.ts";
import type { Input } from "./input-files.ts";
import type { BuildRequest } from "./prepare-step.ts";

/** Suites by the Python that they have, Debian's first; the first of all is the default. */
const SUITES: readonly (readonly [base: string, python: string])[] = [
  ["deb:bookworm", "3.11"],
  ["deb:trixie", "3.13"],
  ["deb:noble", "3.12"],
  ["deb:jammy", "3.10"],
  ["deb:resolute", "3.14"],
];

/**
 * The base that was named, else the one that the lock was made for, else the suite whose Python suits what was
 * asked for, the input and the project.
 */
export function chooseBase(
  { config, detected }: Pick<BuildRequest, "config" | "detected">,
  input: Input | undefined,
  pinned?: BaseNote,
): string {
  if (config.base !== undefined) return config.base;
  // An archive brings its Python: any base is as good, and the default one serves.
  if (typeof config.python === "object") return SUITES[0]?.[0] ?? "deb:bookworm";
  const asked = config.python ?? detected.python;
  if (pinned !== undefined && asked === undefined) return pinned.name;
  const wanted = SUITES.find(([, python]) => asked === python || asked?.startsWith(`${python}.`) === true);
  if (wanted !== undefined) return wanted[0];
  const ranges = [input?.requiresPython, detected.requiresPython];
  // Patch level 99 stands for "some patch level of it".
  const fitting = SUITES.find(([, python]) => ranges.every((range) => allowsPython(range, `${python}.99`)));
  return (fitting ?? SUITES[0] ?? ["deb:bookworm"])[0];
}

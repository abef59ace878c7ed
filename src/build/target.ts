import type { Base } from "../base/base.ts";
import { OciasmError } from "../errors.ts";
import type { Target, TargetLibc, TargetPython } from "../python/target.ts";

/** What the user asked for; each part is read from the base where it is left out. */
export interface TargetRequest {
  /** "3.12" or "3.12.4", with a trailing `t` for a free-threaded build. */
  readonly python: string | undefined;
  readonly libc: TargetLibc | undefined;
}

const PYTHON = /^(3\.\d{1,3}(?:\.\d{1,3})?(?:(?:a|b|rc)\d+)?)(t)?$/;

/** The Python that will run the image. Throws BASE_MISMATCH when base and request disagree or neither says. */
export function targetOf(base: Base, request: TargetRequest): Target {
  return { platform: base.platform, python: pythonOf(base, request.python), libc: libcOf(base, request.libc) };
}

/** The Python of the image alone. Throws as `targetOf` does. */
export function pythonOf(base: Base, asked: string | undefined): TargetPython {
  const found = base.facts.python;
  if (asked === undefined) {
    if (found !== undefined)
      return { implementation: "cpython", version: found.version, freeThreaded: found.freeThreaded };
    throw new OciasmError("BASE_MISMATCH", `no Python was found in the base ${base.spec}`, {
      hint: "give --python VERSION if it is there under another name, or choose a base with Python such as deb:bookworm",
    });
  }
  const match = PYTHON.exec(asked);
  if (match === null) throw new OciasmError("USAGE", `--python takes a version such as 3.12, not \`${asked}\``);
  const version = match[1] ?? asked;
  const freeThreaded = match[2] !== undefined;
  if (found === undefined) {
    return {
      implementation: "cpython",
      version: version.split(".").length === 2 ? `${version}.0` : version,
      freeThreaded,
    };
  }
  const fits = found.version === version || found.version.startsWith(`${version}.`);
  if (fits && found.freeThreaded === freeThreaded)
    return { implementation: "cpython", version: found.version, freeThreaded };
  throw new OciasmError(
    "BASE_MISMATCH",
    `Python ${asked} was asked for, and the base ${base.spec} has ${found.version}`,
    {
      hint: `leave --python out, or choose a base with Python ${version}`,
    },
  );
}

function libcOf(base: Base, asked: TargetLibc | undefined): TargetLibc {
  const found = base.facts.libc;
  if (asked === undefined) {
    if (found !== undefined) return found;
    throw new OciasmError("BASE_MISMATCH", `no libc was found in the base ${base.spec}`, {
      hint: "give --libc glibc:2.36 or musl:1.2 if it is there all the same",
    });
  }
  if (found !== undefined && found.family !== asked.family) {
    throw new OciasmError(
      "BASE_MISMATCH",
      `${asked.family} was asked for, and the base ${base.spec} has ${found.family} ${found.version}`,
      {
        hint: "leave --libc out, or choose another base",
      },
    );
  }
  return asked;
}

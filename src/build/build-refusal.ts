import { OciasmError } from "../errors.ts";
import type { HookFailure } from "../interpreter/build-protocol.ts";

/** What is built, and what else could be done about it. */
export interface Built {
  /** "name 1.0", or a folder. */
  readonly label: string;
  /** What a person can do where it can't be built. */
  readonly wayOut: string;
}

const COMPILERS =
  /(?:^|[\\/-])(?:cc|gcc|g\+\+|c\+\+|clang|clang\+\+|ld|ar|gfortran|nvcc|cython|swig|rustc|cargo|go|cmake|ninja|make|meson)(?:-[\d.]+)?$/;

/** Backends and tools that are there to compile: none of them is a pure wheel. */
const COMPILING: ReadonlyMap<string, string> = new Map([
  ["maturin", "Rust"],
  ["setuptools-rust", "Rust"],
  ["puccinialin", "Rust"],
  ["scikit-build", "CMake"],
  ["scikit-build-core", "CMake"],
  ["cmake", "CMake"],
  ["ninja", "Ninja"],
  ["meson-python", "Meson"],
  ["meson", "Meson"],
  ["pybind11", "C++"],
  ["nanobind", "C++"],
  ["sip", "C++"],
  ["numpy", "C"],
  ["oldest-supported-numpy", "C"],
  ["cffi", "C"],
]);

/** Why a build whose requirements say that it compiles is not tried; undefined where they don't. */
export function refuseCompiling(names: readonly string[], built: Built): OciasmError | undefined {
  const tool = names.find((name) => COMPILING.has(name));
  if (tool === undefined) return undefined;
  return refusal(
    built,
    `is written in part in ${COMPILING.get(tool)} (it is built with ${tool}), and nothing is compiled here`,
  );
}

/** The true reason why a build failed, as far as it shows. */
export function refuseFailure(failure: HookFailure, built: Built): OciasmError {
  const { extensions, programs, missing, root, error, log } = failure;
  const cause = new Error(log === "" ? error : log);
  const compiler = programs.find((each) => COMPILERS.test(each));
  if (compiler !== undefined) {
    return refusal(
      built,
      `has ${modules(extensions)} and nothing is compiled here (its build runs ${compiler})`,
      cause,
    );
  }
  if (extensions.length > 0) return refusal(built, `has ${modules(extensions)} and nothing is compiled here`, cause);
  const [program] = programs;
  if (program !== undefined && /FileNotFoundError|CalledProcessError|not found|No such file/.test(`${root} ${error}`)) {
    return refusal(built, `runs ${program} to be built, and no program can be run`, cause);
  }
  if (missing !== undefined) {
    return refusal(built, `imports ${missing} to be built, which its [build-system] does not ask for`, cause);
  }
  return refusal(built, `can't be built: ${firstLine(root === "" ? error : root)}`, cause);
}

/** A wheel that runs only where it was built: in the sandbox. */
export function refusePlatformWheel(filename: string, extensions: readonly string[], built: Built): OciasmError {
  const what =
    extensions.length > 0
      ? `has ${modules(extensions)} and nothing is compiled here`
      : "comes out as a wheel for one platform";
  return refusal(built, `${what} (${filename})`);
}

function refusal({ label, wayOut }: Built, problem: string, cause?: unknown): OciasmError {
  return new OciasmError("BUILD_FAILED", `${label} ${problem}`, { hint: wayOut, cause });
}

function modules(names: readonly string[]): string {
  const [first] = names;
  if (first === undefined) return "compiled modules,";
  const more = names.length === 1 ? "" : ` and ${names.length - 1} more`;
  return `compiled modules (${first}${more}),`;
}

function firstLine(text: string): string {
  return text.split("\n", 1)[0]?.slice(0, 300) ?? "";
}

import { utf8 } from "../archive/bytes.ts";
import { digestOf, hexOf } from "../oci/digest.ts";
import { canonicalJson } from "../oci/json.ts";
import { type BytecodeChoice, bytecodeOf } from "./bytecode-layers.ts";
import { isTest } from "./bytecode-scope.ts";
import { passedDirectories } from "./directories.ts";
import type { ProjectSource } from "./project.ts";
import type { FileSource, LayerRecipe, ModulesSource } from "./recipe.ts";
import type { LayerContext } from "./wheel-layers.ts";

/** Bytes of Python that take 0.1 s to compile: less than that at each start does not pay for an interpreter at each build. */
const FLOOR: number = 2 ** 19;
/** One for the standard library, one for packages, one for the project. */
const LEAST_SLOTS = 3;

/** The layer for the bytecode of the project's own files, where they are many, or all bytecode is wanted. */
export function planProjectBytecode(
  choice: BytecodeChoice,
  project: readonly ProjectSource[],
  context: LayerContext,
  slots: number,
): readonly LayerRecipe[] {
  const of = modulesOf(choice, project);
  if (choice.scope === "stdlib" || slots < LEAST_SLOTS || of.size < (choice.scope === "all" ? 1 : FLOOR)) return [];
  return [
    {
      kind: "bytecode",
      title: `bytecode of ${of.filename}`,
      packages: [],
      sources: [bytecodeOf(of, choice)],
      scheme: context.scheme,
      codec: context.codec,
      mtime: context.mtime,
      directories: passedDirectories(
        of.files.map(({ path }) => path),
        context.directories,
      ),
    },
  ];
}

function modulesOf({ scope }: BytecodeChoice, project: readonly ProjectSource[]): ModulesSource {
  const files = project
    .filter((source): source is FileSource => source.type === "file" && source.path.endsWith(".py"))
    .filter(({ path }) => scope === "all" || !isTest(path))
    .sort((a, b) => (a.path < b.path ? -1 : 1));
  const content = files.map(({ path, sha256 }) => [path, sha256]);
  return {
    type: "modules",
    filename: "the project",
    sha256: hexOf(digestOf(utf8(canonicalJson(content)))),
    size: files.reduce((sum, { size }) => sum + size, 0),
    files,
  };
}

import { importedPath } from "../install/imported-path.ts";
import { planInstall } from "../install/plan-install.ts";
import { bytecodePath } from "../interpreter/compiler.ts";
import { isTest } from "../layers/bytecode-scope.ts";
import type {
  BytecodeSource,
  DebSource,
  InstallScheme,
  ModulesSource,
  PythonSource,
  WheelSource,
} from "../layers/recipe.ts";
import { type DebSpool, openSpool } from "./deb-spool.ts";
import { debTree, type PlacedFile } from "./deb-tree.ts";
import { unpackDeb } from "./deb-unpack.ts";
import { plainEntry } from "./file-entries.ts";
import { hostPath } from "./host-path.ts";
import { unpackPython } from "./python-tree.ts";
import { createSourceFiles } from "./source-files.ts";
import { rawEntry, readMember, readWheelContents } from "./wheel-members.ts";

/** A module in an image whose bytecode is to be made. */
export interface Module {
  /** Of the bytecode. */
  readonly path: string;
  /** Absolute, as Python imports it. */
  readonly imported: string;
  /** Bytes of the source. */
  readonly size: number;
  read(): Promise<Uint8Array>;
}

export interface ModulesRequest {
  readonly source: BytecodeSource;
  /** Host path by sha256: of the wheel, deb or archive, or of each of the project's files. */
  readonly paths: Readonly<Record<string, string>>;
  readonly scheme: InstallScheme;
  /** A name for a file that is gone when the last module was given. */
  readonly spoolPath: string;
}

/**
 * The modules of a wheel, Debian package, standalone Python or the project, by path. Those of a wheel that bring their own
 * bytecode are left out.
 */
export function modulesOf(request: ModulesRequest): AsyncGenerator<Module> {
  const { of } = request.source;
  switch (of.type) {
    case "wheel":
      return wheelModules(of, request);
    case "deb":
      return debModules(of, request);
    case "python":
      return pythonModules(of, request);
    case "modules":
      return projectModules(of, request);
  }
}

async function* wheelModules(wheel: WheelSource, { source, paths, scheme }: ModulesRequest): AsyncGenerator<Module> {
  const files = createSourceFiles();
  try {
    const file = files.file(hostPath(paths, wheel.sha256, wheel.filename));
    const plan = planInstall(await readWheelContents(file, wheel), scheme);
    const taken = new Set(plan.files.map((planned) => planned.path));
    for (const { path: at, content, expectedSha256 } of plan.files) {
      const target = bytecodePath(at, source.python);
      if (content.from !== "zip" || !isModule(at, scheme.site, source) || taken.has(target)) continue;
      const raw = rawEntry(file, content.entry, wheel.filename);
      const { size } = content.entry;
      yield {
        path: target,
        imported: importedPath(at, scheme, source.python),
        size,
        read: () => readMember(expectedSha256 === undefined ? raw : { ...raw, expectedSha256 }, size),
      };
    }
  } finally {
    files.close();
  }
}

async function* debModules(deb: DebSource, { source, paths, spoolPath }: ModulesRequest): AsyncGenerator<Module> {
  const spool = await openSpool(spoolPath);
  try {
    const path = hostPath(paths, deb.sha256, deb.filename);
    const unpacked = await unpackDeb(deb, path, spool, (name) => name.endsWith(".py"));
    const nodes = await debTree([unpacked], spool);
    yield* spooledModules([...nodes.values()], `usr/lib/python${source.python}`, source, spool);
  } finally {
    await spool.close();
  }
}

async function* pythonModules(
  python: PythonSource,
  { source, paths, spoolPath }: ModulesRequest,
): AsyncGenerator<Module> {
  const spool = await openSpool(spoolPath);
  try {
    const path = hostPath(paths, python.sha256, python.filename);
    const files = await unpackPython(python, path, spool, (name) => name.endsWith(".py"));
    yield* spooledModules(files, `${python.prefix}/lib/python${source.python}`, source, spool);
  } finally {
    await spool.close();
  }
}

async function* projectModules({ files }: ModulesSource, { source, paths }: ModulesRequest): AsyncGenerator<Module> {
  for (const file of files) {
    yield {
      path: bytecodePath(file.path, source.python),
      imported: `/${file.path}`,
      size: file.size,
      read: () => readMember(plainEntry(file, { mtime: 0, sources: paths }), file.size),
    };
  }
}

function* spooledModules(
  files: readonly PlacedFile[],
  folder: string,
  source: BytecodeSource,
  spool: DebSpool,
): Generator<Module> {
  for (const { entry, offset } of [...files].sort((a, b) => (a.entry.path < b.entry.path ? -1 : 1))) {
    const { path, size } = entry;
    if (entry.type !== "file" || !isModule(path, folder, source)) continue;
    yield {
      path: bytecodePath(path, source.python),
      imported: `/${path}`,
      size,
      read: () => spool.read(offset, size),
    };
  }
}

function isModule(path: string, folder: string, { tests }: BytecodeSource): boolean {
  if (!path.endsWith(".py") || !path.startsWith(`${folder}/`)) return false;
  return tests || !isTest(path.slice(folder.length + 1));
}

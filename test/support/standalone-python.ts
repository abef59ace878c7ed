import { createHash } from "node:crypto";
import { gzipSync } from "node:zlib";
import { elfLibrary } from "./elf.ts";
import { buildTar, type TarPart } from "./tar.ts";

export interface StandaloneSpec {
  /** "3.12.4", with `t` for a free-threaded build. */
  readonly version?: string;
  /** e_machine. */
  readonly machine?: number;
  readonly libc?: "gnu" | "musl";
  /** Sonames that the program needs. */
  readonly needed?: readonly string[];
  /** The newest version of glibc that the program asks for. */
  readonly glibc?: string;
  readonly more?: readonly TarPart[];
  /** In the place of what makes a Python. */
  readonly only?: readonly TarPart[];
}

export interface BuiltStandalone {
  readonly filename: string;
  readonly bytes: Uint8Array;
  readonly sha256: string;
}

/** An archive as python-build-standalone's install_only ones are, with next to nothing in it. */
export function buildStandalone(spec: StandaloneSpec = {}): BuiltStandalone {
  const bytes = gzipSync(buildTar(spec.only ?? parts(spec)));
  const sha256 = createHash("sha256").update(bytes).digest("hex");
  return { filename: "cpython-test-install_only.tar.gz", bytes, sha256 };
}

function parts(spec: StandaloneSpec): readonly TarPart[] {
  const { version = "3.12.4", machine = 62, libc = "gnu", needed = ["libc.so.6"], glibc = "2.17", more = [] } = spec;
  const [, minor = "", threading = ""] = /^3\.(\d+)\.\d+(t?)$/.exec(version) ?? [];
  const name = `python3.${minor}${threading}`;
  const cpu = machine === 62 ? "x86_64" : "aarch64";
  const lib = `python/lib/${name}`;
  const program = elfLibrary("", machine, { needed, versions: [`GLIBC_${glibc}`] });
  return [
    { path: "python/", mode: 0o700, uid: 1000, gid: 1000 },
    { path: `python/bin/${name}`, mode: 0o775, uid: 1000, gid: 1000, content: program },
    { path: "python/bin/python3", type: "symlink", linkName: name },
    { path: "python/bin/pip3", mode: 0o755, content: "#!/bin/sh\n" },
    { path: "python/bin/idle3", type: "symlink", linkName: `idle3.${minor}` },
    { path: `python/bin/idle3.${minor}`, mode: 0o755, content: "#!/bin/sh\n" },
    {
      path: `python/include/${name}/patchlevel.h`,
      content: `#define PY_VERSION             "${version.replace("t", "")}"\n`,
    },
    { path: `python/lib/lib${name}.so.1.0`, content: elfLibrary(`lib${name}.so.1.0`, machine) },
    { path: `python/lib/lib${name}.so`, type: "symlink", linkName: `lib${name}.so.1.0` },
    { path: `${lib}/os.py`, mode: 0o664, content: "sep = '/'\n" },
    { path: `${lib}/test/test_os.py`, content: "" },
    { path: `${lib}/unittest/test/test_case.py`, content: "" },
    { path: `${lib}/unittest/case.py`, content: "" },
    { path: `${lib}/__pycache__/os.cpython-3${minor}.pyc`, content: "old" },
    { path: `${lib}/ensurepip/__init__.py`, content: "" },
    { path: `${lib}/site-packages/pip/__init__.py`, content: "" },
    { path: `${lib}/config-3.${minor}-${cpu}-linux-gnu/libpython3.${minor}.a`, content: "!<arch>\n" },
    { path: `${lib}/_sysconfigdata_${threading}_linux_${cpu}-linux-${libc}.py`, content: "build_time_vars = {}\n" },
    ...more,
  ];
}

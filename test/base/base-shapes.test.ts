import assert from "node:assert/strict";
import { test } from "node:test";
import type { BaseFacts } from "../../src/base/base.ts";
import { createImageTree, type ImageTree } from "../../src/base/image-tree.ts";
import { treeFacts } from "../../src/base/tree-facts.ts";

// Bases that people have, as lists of what tells them apart: paths, what a probe finds in them, and the environment.

interface Shape {
  readonly name: string;
  readonly env: readonly string[];
  /** A path; "path = what a probe finds in it"; "path -> target of a link". */
  readonly paths: readonly string[];
  readonly python?: BaseFacts["python"];
  readonly libc?: BaseFacts["libc"];
  readonly links?: BaseFacts["links"];
}

const MERGED = [
  "bin -> usr/bin",
  "sbin -> usr/sbin",
  "lib -> usr/lib",
  "lib64 -> usr/lib64",
  "usr/bin/x",
  "usr/lib/x",
  "usr/lib64/x",
  "usr/sbin/x",
];
const MERGED_LINKS = { bin: "usr/bin", lib: "usr/lib", lib64: "usr/lib64", sbin: "usr/sbin" };
const GLIBC = "usr/lib/x86_64-linux-gnu/libc.so.6";

/** What an interpreter leaves below a prefix. */
function interpreter(
  prefix: string,
  minor: string,
  patch: string,
  more: { lib?: string; abi?: string } = {},
): string[] {
  const { lib = "lib", abi = "x86_64-linux-gnu" } = more;
  return [
    `${prefix}/bin/python3.${minor} = 3.${minor}.${patch}`,
    `${prefix}/bin/python3 -> python3.${minor}`,
    `${prefix}/${lib}/python3.${minor}/lib-dynload/_json.cpython-3${minor}-${abi}.so`,
  ];
}

const python = (executable: string, version: string) => ({ version, executable, freeThreaded: false });

const SHAPES: readonly Shape[] = [
  {
    name: "python:slim",
    env: ["PATH=/usr/local/bin:/usr/local/sbin:/usr/sbin:/usr/bin:/sbin:/bin", "PYTHON_VERSION=3.13.5"],
    paths: [...MERGED, ...interpreter("usr/local", "13", "5"), `${GLIBC} = 2.41`],
    python: python("/usr/local/bin/python3.13", "3.13.5"),
    libc: { family: "glibc", version: "2.41" },
    links: MERGED_LINKS,
  },
  {
    name: "python:slim with a virtual environment made in a Dockerfile",
    env: ["PATH=/opt/venv/bin:/usr/local/bin:/usr/bin:/bin", "VIRTUAL_ENV=/opt/venv"],
    paths: [
      ...interpreter("usr/local", "12", "4"),
      "opt/venv/pyvenv.cfg",
      "opt/venv/bin/python3 -> /usr/local/bin/python3",
      "opt/venv/lib/python3.12/site-packages/x.py",
      `${GLIBC} = 2.36`,
    ],
    python: python("/usr/local/bin/python3.12", "3.12.4"),
    libc: { family: "glibc", version: "2.36" },
  },
  {
    name: "debian with its own Python, and distroless",
    env: ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "LANG=C.UTF-8"],
    paths: [
      ...MERGED,
      ...interpreter("usr", "13", "5"),
      "usr/bin/python -> python3",
      "usr/lib/python3.13/EXTERNALLY-MANAGED",
      "usr/lib/python3/dist-packages/x.py",
      "var/lib/dpkg/status.d/libc6",
      `${GLIBC} = 2.41`,
    ],
    python: python("/usr/bin/python3.13", "3.13.5"),
    libc: { family: "glibc", version: "2.41" },
    links: MERGED_LINKS,
  },
  {
    name: "debian and ubuntu without Python",
    env: [],
    paths: [...MERGED, "etc/debian_version", `${GLIBC} = 2.39`],
    libc: { family: "glibc", version: "2.39" },
    links: MERGED_LINKS,
  },
  {
    name: "an old distroless whose /usr is not merged",
    env: [],
    paths: [...interpreter("usr", "11", "2"), "lib/x86_64-linux-gnu/libc.so.6 = 2.36", "lib64/ld-linux-x86-64.so.2"],
    python: python("/usr/bin/python3.11", "3.11.2"),
    libc: { family: "glibc", version: "2.36" },
  },
  {
    name: "alpine",
    env: ["PATH=/usr/local/bin:/usr/local/sbin:/usr/sbin:/usr/bin:/sbin:/bin"],
    paths: [
      ...interpreter("usr/local", "12", "9", { abi: "x86_64-linux-musl" }),
      "lib/ld-musl-x86_64.so.1 = 1.2.5",
      "lib/apk/db/installed = 1.2.5",
    ],
    python: python("/usr/local/bin/python3.12", "3.12.9"),
    libc: { family: "musl", version: "1.2" },
  },
  {
    name: "alpine with glibc beside musl, and a Python that was built for glibc",
    env: ["PATH=/opt/conda/bin:/usr/bin"],
    paths: [
      ...interpreter("opt/conda", "11", "9"),
      "lib/ld-musl-x86_64.so.1 = 1.2.4",
      "usr/glibc-compat/lib/libc.so.6 = 2.35",
    ],
    python: python("/opt/conda/bin/python3.11", "3.11.9"),
    libc: { family: "glibc", version: "2.35" },
  },
  {
    name: "UBI: lib64, an environment first in PATH, and a version without its patch level",
    env: ["PATH=/opt/app-root/bin:/opt/app-root/src/bin:/usr/bin", "PYTHON_VERSION=3.12"],
    paths: [
      ...MERGED,
      ...interpreter("usr", "12", "5", { lib: "lib64" }),
      "opt/app-root/pyvenv.cfg",
      "opt/app-root/bin/python3 -> /usr/bin/python3.12",
      "opt/app-root/lib/python3.12/site-packages/x.py",
      "usr/lib64/libc.so.6 = 2.34",
    ],
    python: python("/usr/bin/python3.12", "3.12.5"),
    libc: { family: "glibc", version: "2.34" },
    links: MERGED_LINKS,
  },
  {
    name: "nvidia/cuda: no Python at all",
    env: ["CUDA_VERSION=12.4.1", "LD_LIBRARY_PATH=/usr/local/nvidia/lib:/usr/local/nvidia/lib64"],
    paths: [...MERGED, "usr/local/cuda-12.4/lib64/libcudart.so.12", "usr/local/cuda -> cuda-12.4", `${GLIBC} = 2.35`],
    libc: { family: "glibc", version: "2.35" },
    links: { ...MERGED_LINKS, "usr/local/cuda": "usr/local/cuda-12.4" },
  },
  {
    name: "pytorch/pytorch: conda before the system's Python",
    env: ["PATH=/opt/conda/bin:/usr/local/nvidia/bin:/usr/bin:/bin", "PYTORCH_VERSION=2.5.1"],
    paths: [...interpreter("opt/conda", "11", "10"), ...interpreter("usr", "10", "12"), `${GLIBC} = 2.35`],
    python: python("/opt/conda/bin/python3.11", "3.11.10"),
    libc: { family: "glibc", version: "2.35" },
  },
  {
    name: "chainguard: everything below /usr, no shell",
    env: ["PATH=/usr/local/sbin:/usr/local/bin:/usr/bin:/usr/sbin:/sbin:/bin"],
    paths: [...MERGED, ...interpreter("usr", "13", "7"), "etc/apko.json", "usr/lib/libc.so.6 = 2.42"],
    python: python("/usr/bin/python3.13", "3.13.7"),
    libc: { family: "glibc", version: "2.42" },
    links: MERGED_LINKS,
  },
];

function treeOf(paths: readonly string[]): ImageTree {
  const tree = createImageTree();
  for (const line of paths) {
    const [, path = "", target, found] = /^(\S+)(?: -> (\S+))?(?: = (\S+))?$/.exec(line) ?? [];
    const base = { path, uid: 0, gid: 0, size: 0, mtime: 0 };
    if (target === undefined) tree.apply({ ...base, type: "file", mode: 0o644 }, found);
    else tree.apply({ ...base, type: "symlink", mode: 0o777, linkName: target });
  }
  return tree;
}

for (const { name, env, paths, python: wanted, libc, links = {} } of SHAPES) {
  test(`${name}: Python, C library and links`, () => {
    const config = {
      architecture: "amd64",
      os: "linux",
      config: { Env: env },
      rootfs: { type: "layers", diff_ids: [] },
    };
    const facts = treeFacts(treeOf(paths), config as Parameters<typeof treeFacts>[1]);
    assert.deepEqual(facts.python, wanted);
    assert.deepEqual(facts.libc, libc);
    assert.deepEqual(facts.links, links);
  });
}

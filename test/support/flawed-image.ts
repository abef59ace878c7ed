import { elfWithSections } from "./elf-sections.ts";
import { buildTar, type LayerMember } from "./image.ts";

const SITE = "usr/lib/python3.11/site-packages";
const KEY = "-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n";

function wheel(name: string, version: string, files: Readonly<Record<string, string | Uint8Array>>): Members {
  const info = `${name.replaceAll("-", "_")}-${version}.dist-info`;
  const rows = [...Object.keys(files), `${info}/RECORD`].map((path) => `${path},,`);
  const members = Object.entries(files).map(([path, content]) => [`${SITE}/${path}`, content] as const);
  return { ...Object.fromEntries(members), [`${SITE}/${info}/RECORD`]: `${rows.join("\n")}\n` };
}

type Members = Record<string, LayerMember>;

/** Content of `size` bytes that is like no other. */
function filler(name: string, size: number): string {
  return name.padEnd(size, `${name}.`);
}

/** One of each defect that `analyze` knows, by kind, with the bytes that it should find. */
export const FLAWS: Readonly<Record<string, number>> = {
  secrets: KEY.length * 2 + 3,
  overwritten: 5000,
  removed: 6000,
  duplicates: 7000,
  "cuda-twice":
    8000 + 8500 + 9400 + "nvidia/cublas11/lib/libcublas.so.11,,\nnvidia_cublas_cu11-11.8.dist-info/RECORD,,\n".length,
  "two-versions": 900 + "foo/__init__.py,,\nfoo-1.0.dist-info/RECORD,,\n".length,
  "development-tools": 1100 + "pytest/__init__.py,,\npytest-8.0.dist-info/RECORD,,\n".length + 1200,
  "debug-symbols": 9000 + 12_000,
  tests: 1300,
  headers: 1400,
  "static-libraries": 1500,
  bytecode: 1600,
  "pip-cache": 1700,
  "apt-lists": 1800,
  "version-control": 1900,
};

/** Three layers as a careless Dockerfile makes them. */
export async function flawedLayers(): Promise<readonly Uint8Array[]> {
  const twin = filler("twin", 7000);
  const base: Members = {
    "var/lib/dpkg/status": "Package: gcc-12\nStatus: install ok installed\nArchitecture: amd64\nVersion: 12.2.0-14\n\n",
    "var/lib/dpkg/info/gcc-12.list": "/.\n/usr\n/usr/bin\n/usr/bin/gcc-12\n",
    "usr/bin/gcc-12": filler("gcc", 1200),
    "var/lib/apt/lists/mirror_Packages": filler("lists", 1800),
    "root/.cache/pip/http/a": filler("pip", 1700),
    "usr/local/cuda-12.4/lib64/libcublas.so.12": filler("cublas", 8000),
    "usr/local/cuda-11.8/lib64/libcudart.so.11.0": filler("cudart", 8500),
    "opt/removed.bin": filler("removed", 6000),
    "opt/twin.bin": twin,
  };
  const packages: Members = {
    ...wheel("nvidia-cublas-cu12", "12.4", { "nvidia/cublas/lib/libcublas.so.12": filler("wheel's cublas", 8200) }),
    ...wheel("nvidia-cublas-cu11", "11.8", { "nvidia/cublas11/lib/libcublas.so.11": filler("old cublas", 9400) }),
    ...wheel("pytest", "8.0", { "pytest/__init__.py": filler("pytest", 1100) }),
    ...wheel("foo", "2.0", {
      "foo2/__init__.py": "",
      "foo2/tests/test_a.py": filler("tests", 1300),
      "foo2/include/foo.h": filler("header", 1400),
      "foo2/libfoo.a": filler("static", 1500),
      "foo2/_foo.so": elfWithSections({ symbols: 9000, debug: 12_000 }),
    }),
    [`${SITE}/foo2/__pycache__/__init__.cpython-311.pyc`]: filler("bytecode", 1600),
    "app/overwritten.bin": filler("before", 5000),
  };
  const old = "foo/__init__.py,,\nfoo-1.0.dist-info/RECORD,,\n";
  const site = "usr/local/lib/python3.11/dist-packages";
  const project: Members = {
    "app/overwritten.bin": "after",
    "app/twin.bin": twin,
    "app/.git/pack": filler("git", 1900),
    "app/.env": "A=1",
    "app/main.py": "import foo2\n\n\ndef run():\n    from pytest import raises\n",
    "app/deploy.pem": KEY,
    "app/forgotten": KEY,
    "opt/.wh.removed.bin": "",
  };
  return Promise.all([
    buildTar({ ...base, [`${site}/foo/__init__.py`]: filler("old", 900), [`${site}/foo-1.0.dist-info/RECORD`]: old }),
    buildTar(packages),
    buildTar(project),
  ]);
}

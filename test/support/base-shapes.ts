import type { LayerMember } from "./image.ts";

/** An image that people build on, as a recipe: what tells it apart, and no more. */
export interface BaseShape {
  readonly name: string;
  /** From bottom to top. */
  readonly layers: readonly Readonly<Record<string, LayerMember>>[];
  /** Members of the config's object. */
  readonly runtime: Readonly<Record<string, unknown>>;
  /** The tag that a wheel of machine code has to have. */
  readonly tag: string;
  /** What the environment's `python` leads to. */
  readonly executable: string;
  /** Links that are still links in the end. */
  readonly links: Readonly<Record<string, string>>;
  /** Files of the base in the end: their text; undefined of those that a layer removed. */
  readonly files: Readonly<Record<string, string | undefined>>;
  /** Of the image that is built; the base's where it has a user. */
  readonly user: string;
  /** PATH behind the environment's. */
  readonly path: string;
}

const DEFAULT_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

const directory = (mode = 0o755) => ({ type: "directory", mode }) as const;
const link = (linkname: string) => ({ type: "symlink", linkname }) as const;

const MERGED_LINKS = { bin: "usr/bin", sbin: "usr/sbin", lib: "usr/lib", lib64: "usr/lib64" };
const MERGED: Readonly<Record<string, LayerMember>> = {
  "usr/bin": directory(),
  "usr/sbin": directory(),
  "usr/lib": directory(),
  "usr/lib64": directory(),
  tmp: directory(0o1777),
  ...Object.fromEntries(Object.entries(MERGED_LINKS).map(([name, target]) => [name, link(target)])),
};

const passwd = (...lines: readonly string[]): string => `${["root:x:0:0:root:/root:/bin/sh", ...lines].join("\n")}\n`;

interface Distribution {
  readonly id: string;
  readonly codename?: string;
  readonly number?: string;
  readonly glibc: string;
  readonly libc?: string;
}

/** The C library with its version, and who one is. */
function distribution({ id, codename, number, glibc, libc }: Distribution): Readonly<Record<string, LayerMember>> {
  const named = codename === undefined ? "" : `VERSION_CODENAME=${codename}\n`;
  return {
    ...MERGED,
    "etc/os-release": `ID=${id}\nVERSION_ID="${number ?? ""}"\n${named}`,
    "etc/passwd": passwd(),
    "etc/group": "root:x:0:\n",
    [libc ?? "usr/lib/x86_64-linux-gnu/libc.so.6"]: `GNU C Library (${id}) stable release version ${glibc}.\n`,
    "usr/lib/x86_64-linux-gnu/libz.so.1.3": "ELF",
    "usr/lib/x86_64-linux-gnu/libz.so.1": link("libz.so.1.3"),
  };
}

/** What an interpreter leaves below a prefix. */
function interpreter(
  prefix: string,
  version: string,
  { lib = "lib", abi = "x86_64-linux-gnu" }: { lib?: string; abi?: string } = {},
): Readonly<Record<string, LayerMember>> {
  const [, minor = ""] = version.split(".");
  return {
    [`${prefix}/bin/python3.${minor}`]: { text: `\0${version}\0`, mode: 0o755 },
    [`${prefix}/bin/python3`]: link(`python3.${minor}`),
    [`${prefix}/${lib}/python3.${minor}/os.py`]: "sep = '/'\n",
    [`${prefix}/${lib}/python3.${minor}/lib-dynload/_json.cpython-3${minor}-${abi}.so`]: "ELF",
  };
}

const DEBIAN_13 = distribution({ id: "debian", codename: "trixie", number: "13", glibc: "2.41" });

export const BASE_SHAPES: readonly BaseShape[] = [
  {
    name: "python:slim, whose upper layer removes what a lower one brought",
    layers: [
      DEBIAN_13,
      { ...interpreter("usr/local", "3.13.5"), "usr/local/lib/python3.13/site-packages/pip/__init__.py": "" },
      { "usr/local/bin/python": link("python3"), "usr/local/lib/python3.13/site-packages/.wh.pip": "" },
    ],
    runtime: { Env: [`PATH=/usr/local/bin:${DEFAULT_PATH}`, "PYTHON_VERSION=3.13.5"], Cmd: ["python3"] },
    tag: "cp313-cp313-manylinux_2_41_x86_64",
    executable: "/usr/local/bin/python3.13",
    links: { ...MERGED_LINKS, "usr/local/bin/python3": "python3.13" },
    files: { "usr/local/lib/python3.13/site-packages/pip/__init__.py": undefined },
    user: "65532:65532",
    path: `/usr/local/bin:${DEFAULT_PATH}`,
  },
  {
    name: "distroless, with a user of its own and no shell",
    layers: [
      {
        ...distribution({ id: "debian", number: "13", glibc: "2.41" }),
        "etc/passwd": passwd("nonroot:x:65532:65532:nonroot:/home/nonroot:/sbin/nologin"),
        "home/nonroot": { type: "directory", mode: 0o700, uid: 65532, gid: 65532 },
        "var/lib/dpkg/status.d/libc6": "Package: libc6\n",
      },
      { ...interpreter("usr", "3.13.5"), "usr/bin/python": link("python3") },
    ],
    runtime: { Env: [`PATH=${DEFAULT_PATH}`, "LANG=C.UTF-8"], User: "nonroot", Entrypoint: ["/usr/bin/python3.13"] },
    tag: "cp313-cp313-manylinux_2_28_x86_64",
    executable: "/usr/bin/python3.13",
    links: { ...MERGED_LINKS, "usr/bin/python": "python3" },
    files: { "var/lib/dpkg/status.d/libc6": "Package: libc6\n" },
    user: "nonroot",
    path: DEFAULT_PATH,
  },
  {
    name: "debian with apt's Python, which forbids pip",
    layers: [
      distribution({ id: "debian", codename: "bookworm", number: "12", glibc: "2.36" }),
      {
        ...interpreter("usr", "3.11.2"),
        "usr/lib/python3.11/EXTERNALLY-MANAGED": "[externally-managed]\n",
        "usr/lib/python3/dist-packages/apt_pkg.py": "",
      },
    ],
    runtime: { Env: [`PATH=${DEFAULT_PATH}`], Cmd: ["bash"] },
    tag: "cp311-cp311-manylinux_2_36_x86_64",
    executable: "/usr/bin/python3.11",
    links: MERGED_LINKS,
    files: {
      "usr/lib/python3.11/EXTERNALLY-MANAGED": "[externally-managed]\n",
      "usr/lib/python3/dist-packages/apt_pkg.py": "",
    },
    user: "65532:65532",
    path: DEFAULT_PATH,
  },
  {
    name: "ubuntu, where a later layer changes the Python that an earlier one brought",
    layers: [
      distribution({ id: "ubuntu", codename: "noble", number: "24.04", glibc: "2.39" }),
      interpreter("usr", "3.12.3"),
      { "usr/bin/python3.12": { text: "\x003.12.9\0", mode: 0o755 } },
    ],
    runtime: { Env: [`PATH=${DEFAULT_PATH}`] },
    tag: "cp312-cp312-manylinux_2_39_x86_64",
    executable: "/usr/bin/python3.12",
    links: MERGED_LINKS,
    files: { "usr/bin/python3.12": "\x003.12.9\0" },
    user: "65532:65532",
    path: DEFAULT_PATH,
  },
  {
    name: "alpine, on musl and with /usr as it was",
    layers: [
      {
        "etc/os-release": "ID=alpine\nVERSION_ID=3.20.1\n",
        "etc/passwd": passwd(),
        "lib/ld-musl-x86_64.so.1": "\x001.2.5\0",
        "lib/apk/db/installed": "C:Q1\nP:musl\nV:1.2.5-r0\n\n",
        "bin/busybox": "ELF",
      },
      interpreter("usr/local", "3.12.9", { abi: "x86_64-linux-musl" }),
    ],
    runtime: { Env: [`PATH=/usr/local/bin:${DEFAULT_PATH}`] },
    tag: "cp312-cp312-musllinux_1_2_x86_64",
    executable: "/usr/local/bin/python3.12",
    links: {},
    files: { "bin/busybox": "ELF" },
    user: "65532:65532",
    path: `/usr/local/bin:${DEFAULT_PATH}`,
  },
  {
    name: "UBI: lib64, a user's number, and an environment that a later layer empties and fills again",
    layers: [
      {
        ...distribution({ id: "rhel", number: "9.4", glibc: "2.34", libc: "usr/lib64/libc.so.6" }),
        ...interpreter("usr", "3.12.5", { lib: "lib64" }),
      },
      {
        "opt/app-root/pyvenv.cfg": "home = /usr/bin\n",
        "opt/app-root/bin/python3": link("/usr/bin/python3.12"),
        "opt/app-root/lib/python3.12/site-packages/old.py": "",
      },
      {
        "opt/app-root/lib/python3.12/site-packages": directory(),
        "opt/app-root/lib/python3.12/site-packages/.wh..wh..opq": "",
        "opt/app-root/lib/python3.12/site-packages/new.py": "new",
      },
    ],
    runtime: { Env: ["PATH=/opt/app-root/bin:/usr/bin", "PYTHON_VERSION=3.12"], User: "1001" },
    tag: "cp312-cp312-manylinux_2_34_x86_64",
    executable: "/usr/bin/python3.12",
    links: MERGED_LINKS,
    files: {
      "opt/app-root/lib/python3.12/site-packages/old.py": undefined,
      "opt/app-root/lib/python3.12/site-packages/new.py": "new",
      "opt/app-root/pyvenv.cfg": "home = /usr/bin\n",
    },
    user: "1001",
    path: "/opt/app-root/bin:/usr/bin",
  },
  {
    name: "nvidia/cuda with conda in front of the system's Python",
    layers: [
      {
        ...distribution({ id: "ubuntu", codename: "jammy", number: "22.04", glibc: "2.35" }),
        ...interpreter("usr", "3.10.12"),
        "usr/local/cuda-12.4/lib64/libcudart.so.12": "ELF",
        "usr/local/cuda": link("cuda-12.4"),
        "etc/ld.so.conf.d/cuda.conf": "/usr/local/cuda/lib64\n",
      },
      interpreter("opt/conda", "3.11.10"),
    ],
    runtime: {
      Env: ["PATH=/opt/conda/bin:/usr/local/nvidia/bin:/usr/bin", "CUDA_VERSION=12.4.1", "NVIDIA_VISIBLE_DEVICES=all"],
    },
    tag: "cp311-cp311-manylinux_2_35_x86_64",
    executable: "/opt/conda/bin/python3.11",
    links: { ...MERGED_LINKS, "usr/local/cuda": "cuda-12.4" },
    files: { "usr/local/cuda-12.4/lib64/libcudart.so.12": "ELF" },
    user: "65532:65532",
    path: "/opt/conda/bin:/usr/local/nvidia/bin:/usr/bin",
  },
  {
    name: "chainguard: all below /usr, a user of the same number, /var/run and /opt as links",
    layers: [
      {
        ...distribution({ id: "wolfi", number: "20230201", glibc: "2.42", libc: "usr/lib/libc.so.6" }),
        ...interpreter("usr", "3.13.7"),
        "etc/apko.json": "{}",
        "etc/passwd": passwd("nonroot:x:65532:65532:Account:/home/nonroot:/bin/sh"),
        "var/opt": directory(),
        opt: link("var/opt"),
        run: directory(),
        "var/run": link("../run"),
      },
    ],
    runtime: { Env: [`PATH=${DEFAULT_PATH}`], User: "65532", Entrypoint: ["/usr/bin/python"] },
    tag: "cp313-cp313-manylinux_2_42_x86_64",
    executable: "/usr/bin/python3.13",
    links: { ...MERGED_LINKS, opt: "var/opt", "var/run": "../run" },
    files: { "etc/apko.json": "{}" },
    user: "65532",
    path: DEFAULT_PATH,
  },
];

/** Where a standalone Python lies in an image, without slashes at the ends. */
export const STANDALONE_PREFIX = "opt/python";

/** The largest distributions, with their debug information, unpack to 1 GB in 20,000 files. */
export const STANDALONE_LIMITS: { readonly maxTotalSize: number; readonly maxEntries: number } = {
  maxTotalSize: 2 * 2 ** 30,
  maxEntries: 100_000,
};

/** The one folder of an archive of the shape that is read. */
const ROOT = "python/";

/** What an image has no use for, below the prefix; gitignore's order. Debian's own Python goes without most of it too. */
const LEFT_OUT: readonly string[] = [
  "bin/**",
  "!bin/python*",
  "bin/python*-config",
  "bin/python*-gdb.py",
  "include/**",
  "share/**",
  "!share/terminfo/**",
  // Libraries for linking, and those of Tcl and Tk: windows of desktops.
  "lib/*.a",
  "lib/pkgconfig/**",
  "lib/python3.*/config-*/**",
  "lib/tcl*/**",
  "lib/tk*/**",
  "lib/itcl*/**",
  "lib/thread*/**",
  "lib/libtcl*",
  "lib/libtk*",
  "lib/python3.*/tkinter/**",
  "lib/python3.*/turtle.py",
  "lib/python3.*/turtledemo/**",
  "lib/python3.*/idlelib/**",
  "lib/python3.*/lib-dynload/_tkinter.*",
  // pip and what brings it.
  "lib/python3.*/site-packages/**",
  "lib/python3.*/ensurepip/**",
  "lib/python3.*/lib2to3/**",
  // Tests, and bytecode that has layers of its own.
  "lib/python3.*/test/**",
  "lib/python3.*/*/test/**",
  "lib/python3.*/**/tests/**",
  "lib/python3.*/lib-dynload/_test*",
  "lib/python3.*/lib-dynload/_ctypes_test.*",
  "lib/python3.*/lib-dynload/xx*",
  "lib/python3.*/lib-dynload/_xx*",
  "**.pyc",
];

/** A program that was linked with libpython as a whole needs no library of that name; it is as large as the rest. */
const LIBPYTHON = "lib/libpython*";

/** Patterns below the prefix, as LayerSource's `exclude` has them. `isShared` says that the program loads libpython. */
export function standaloneExcludes(isShared: boolean): readonly string[] {
  return isShared ? LEFT_OUT : [...LEFT_OUT, LIBPYTHON];
}

/** The path below the prefix of an archive's entry; "" of its one folder, undefined of what lies elsewhere. */
export function standalonePath(path: string): string | undefined {
  if (path === ROOT.slice(0, -1)) return "";
  return path.startsWith(ROOT) ? path.slice(ROOT.length) : undefined;
}

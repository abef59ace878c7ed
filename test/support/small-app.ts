import { chmod, mkdir, symlink, utimes, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** Nine small wheels for both architectures: native, abi3, headers, scripts, many small files. */
export const REQUIREMENTS: string = fileURLToPath(
  new URL("../../../testdata/determinism/requirements.txt", import.meta.url),
);

interface AppFile {
  readonly path: string;
  readonly text: string;
  readonly executable?: boolean;
}

const FILES: readonly AppFile[] = [
  {
    path: "pyproject.toml",
    text: '[project]\nname = "small"\nversion = "1"\n[project.scripts]\nsmall = "small.main:run"\n',
  },
  {
    path: "ociasm.yaml",
    text: 'env: {B: "2", A: "1"}\nlabels: {z: last, a: first}\nexpose: [8000]\nannotations: {org.opencontainers.image.title: small}\n',
  },
  { path: "src/small/__init__.py", text: "" },
  { path: "src/small/Zeta.py", text: "Z = 1\n" },
  { path: "src/small/alpha.py", text: "A = 1\n" },
  { path: "src/small/ıİ-é-😀.txt", text: "names beyond ASCII\n" },
  {
    path: "src/small/main.py",
    text: `import sys
import bcrypt, charset_normalizer, click, greenlet, jmespath, markupsafe, packaging, psutil, tzdata
import markupsafe._speedups

def run():
    assert bcrypt.checkpw(b"secret", bcrypt.hashpw(b"secret", bcrypt.gensalt(4)))
    assert charset_normalizer.from_bytes("h\\u00e9llo".encode()).best() is not None
    assert greenlet.greenlet(lambda: 7).switch() == 7
    assert jmespath.search("a.b", {"a": {"b": 1}}) == 1
    assert str(markupsafe.escape("<")) == "&lt;"
    assert psutil.Process().pid > 0
    print("ran", *sys.version_info[:2])
`,
  },
  { path: "tool.sh", text: "#!/bin/sh\nexit 0\n", executable: true },
  { path: "data/a-b", text: "-" },
  { path: "data/a/b", text: "/" },
  { path: "data/a.b", text: "." },
];

export interface SmallAppOptions {
  /** Writes the files in another order, which many file systems list differently. */
  readonly reversed?: boolean;
  /** Seconds. */
  readonly mtime?: number;
  /** Permission bits that a umask would leave: 0o755 of it for what can be executed. */
  readonly mode?: number;
}

/** A project whose command imports every wheel. */
export async function writeSmallApp(folder: string, options: SmallAppOptions = {}): Promise<void> {
  const files = options.reversed === true ? [...FILES].reverse() : FILES;
  await mkdir(folder, { recursive: true });
  const link = () => symlink("tool.sh", join(folder, "tool"));
  if (options.reversed === true) await link();
  for (const { path, text, executable } of files) {
    const file = join(folder, path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, text);
    const mode = options.mode ?? 0o644;
    await chmod(file, executable === true ? mode | 0o100 : mode);
    if (options.mtime !== undefined) await utimes(file, options.mtime, options.mtime);
  }
  if (options.reversed !== true) await link();
}

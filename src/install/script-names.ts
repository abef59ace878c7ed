/** What starts an interpreter: `python`, `python3.11`, `python3.13t`, `pypy3`, `graalpy`, in any case. */
const INTERPRETER = /^(?:pythonw?|pypyw?|graalpy|graalpython)(?:\d+(?:\.\d+)*)?[tdw]?(?:\.exe)?$/i;

/** Names of the environment's own that no wheel may bring into its `bin`. */
export function isInterpreterName(name: string): boolean {
  return INTERPRETER.test(name);
}

/** One part of a path that can't leave its directory and that a shell can call. */
export function isPlainFileName(name: string): boolean {
  return name !== "" && name !== "." && name !== ".." && !/[/\\\u0000-\u001f\u007f]/.test(name);
}

/** The entry point that a script of setuptools stands for: `x.exe`, `x-script.py` and `x.pya` are `x` (as pip has it). */
export function entryPointNameOf(script: string): string {
  return script.replace(/(?:\.exe|-script\.py|\.pya)$/i, "");
}

/**
 * pip's own wheels name scripts after the Python that built them. Layers serve every Python, so `pip` and `pip3` are
 * written and the versioned ones are not.
 */
export function withoutVersionedPip<T extends { readonly name: string }>(scripts: readonly T[]): readonly T[] {
  const pip = scripts.find((script) => script.name === "pip");
  const easyInstall = scripts.some((script) => script.name === "easy_install");
  const kept = scripts.filter(
    ({ name }) =>
      !(pip !== undefined && /^pip(?:\d+(?:\.\d+)?)?$/.test(name)) &&
      !(easyInstall && /^easy_install-\d+\.\d+$/.test(name)),
  );
  return pip === undefined ? kept : [pip, { ...pip, name: "pip3" }, ...kept];
}

/** A Linux kernel before 5.1 cuts the first line of a script here, newline included (fs/binfmt_script.c). */
const MAX_SHEBANG_BYTES = 127;

/**
 * The `#!` line(s) for an interpreter: `/bin/sh` starts it where the kernel could not, because the path is too
 * long or holds a space. Both spellings are pip's (distlib, scripts.py).
 */
export function shebang(interpreter: string): string {
  const line = `#!${interpreter}\n`;
  if (!interpreter.includes(" ") && new TextEncoder().encode(line).length <= MAX_SHEBANG_BYTES) return line;
  const quoted = interpreter.includes(" ") ? `"${interpreter}"` : interpreter;
  return `#!/bin/sh\n'''exec' ${quoted} "$0" "$@"\n' '''\n`;
}

export interface Callable {
  readonly module: string;
  /** Dotted attribute to call. */
  readonly attribute: string;
}

/** The script of a console or gui entry point, byte for byte what pip 26.3 writes (see docs/install.md). */
export function launcherText(interpreter: string, target: Callable): string {
  const imported = target.attribute.split(".", 1)[0] ?? target.attribute;
  return `${shebang(interpreter)}import sys
from ${target.module} import ${imported}
if __name__ == '__main__':
    sys.argv[0] = sys.argv[0].removesuffix('.exe')
    sys.exit(${target.attribute}())
`;
}

// Longer lines are data.
const MAX_LINE = 2000;

/**
 * Top-level modules that a Python file names: in `import` and `from … import`, wherever they stand, and, where the file
 * imports by name at run time, in any text that looks like a module. Rather too many than too few.
 */
export function importedModules(source: string): readonly string[] {
  const found = new Set<string>();
  const isDynamic = /import_module|__import__|find_spec|import_string|load_module|pkgutil/.test(source);
  for (const line of source.split("\n")) {
    if (line.length > MAX_LINE) continue;
    if (line.includes("import")) for (const statement of line.split(";")) readImports(statement, found);
    if (isDynamic) for (const [, name = ""] of line.matchAll(/["']([A-Za-z_]\w*)[\w.:]*["']/g)) found.add(name);
  }
  return [...found];
}

function readImports(statement: string, found: Set<string>): void {
  const from = /(?:^|[\s:])from\s+([A-Za-z_]\w*|\.)[\w.]*\s+import\b/.exec(statement)?.[1];
  if (from !== undefined) {
    if (from !== ".") found.add(from);
    return;
  }
  const names = /(?:^|[\s:])import\s+([^#]+)/.exec(statement)?.[1] ?? "";
  for (const name of names.split(",")) {
    const top = /^\s*([A-Za-z_]\w*)/.exec(name)?.[1];
    if (top !== undefined) found.add(top);
  }
}

import { readFile } from "node:fs/promises";
import type { LibraryRules } from "../install/library-rules.ts";
import type { KeyIndex } from "../store/blob-store.ts";
import { rememberTexts } from "../store/remember.ts";

const FILE = new URL("../../../layout/libraries.yaml", import.meta.url);
/** Raise it when the same text may be read as something else. */
const FORMAT = 2;

/** What is shipped in layout/libraries.yaml. */
export async function readLibraryRules(index: KeyIndex): Promise<LibraryRules> {
  const text = await readFile(FILE, "utf8");
  const plain = await rememberTexts(index, "library-rules", FORMAT, [text], async () => {
    const { decodeLibraryRules } = await import("../install/library-rules.ts");
    const { opened, ...rules } = decodeLibraryRules(text, "layout/libraries.yaml");
    return { ...rules, opened: [...opened] };
  });
  return { ...plain, opened: new Map(plain.opened) };
}

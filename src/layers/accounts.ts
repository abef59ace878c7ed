import type { LayerSource } from "./recipe.ts";

/** distroless' number for it, which many policies know. */
export const NONROOT_ID = 65532;
const HOME = "home/nonroot";

/** The base's own files, "" where it has none. */
export interface AccountFiles {
  readonly passwd: string;
  readonly group: string;
}

/** The user `nonroot` with a home that it may write: its lines are added unless the number is taken already. */
export function accountSources(files: AccountFiles): readonly LayerSource[] {
  const user = `nonroot:x:${NONROOT_ID}:${NONROOT_ID}:nonroot:/${HOME}:/sbin/nologin`;
  const owned = { uid: NONROOT_ID, gid: NONROOT_ID };
  const passwd = withLine(files.passwd, user);
  const group = withLine(files.group, `nonroot:x:${NONROOT_ID}:`);
  return [
    ...(passwd === files.passwd ? [] : [textSource("etc/passwd", passwd)]),
    ...(group === files.group ? [] : [textSource("etc/group", group)]),
    ...(passwd === files.passwd ? [] : [{ type: "directory", path: HOME, mode: 0o700, ...owned } as const]),
  ];
}

function withLine(text: string, line: string): string {
  const taken = text.split("\n").some((entry) => entry.split(":")[2] === String(NONROOT_ID));
  if (taken) return text;
  return `${text}${text === "" || text.endsWith("\n") ? "" : "\n"}${line}\n`;
}

function textSource(path: string, text: string): LayerSource {
  return { type: "text", path, mode: 0o644, text };
}

import { OciasmError } from "../errors.ts";
import type { LayerSource } from "./recipe.ts";

/** distroless' number for it, which many policies know. Its home serves an arbitrary user of group 0 as well. */
export const NONROOT: UserAccount = { name: "nonroot", uid: 65532, shell: "/sbin/nologin" };

/** A line of /etc/passwd (passwd(5)) that shall be. */
export interface UserAccount {
  readonly name: string;
  readonly uid: number;
  /** The uid when left out. */
  readonly gid?: number;
  /** /bin/sh when left out. */
  readonly shell?: string;
  /** Absolute; /home/NAME when left out. */
  readonly home?: string;
}

/** A line of /etc/group (group(5)) that shall be. */
export interface GroupAccount {
  readonly name: string;
  readonly gid: number;
  /** Names of users that are in it besides. */
  readonly members?: readonly string[];
}

export interface Accounts {
  readonly users: readonly UserAccount[];
  readonly groups: readonly GroupAccount[];
}

/** The base's own files, "" where it has none. */
export interface AccountFiles {
  readonly passwd: string;
  readonly group: string;
}

/**
 * The base's account files with lines for `accounts`, and a home for each user that only they may read,
 * but for our own user's. A user whose
 * group has no line gets one of the same name. Throws CONFIG_INVALID for a name or number that is taken.
 */
export function accountSources(files: AccountFiles, { users, groups }: Accounts): readonly LayerSource[] {
  const groupLines = groups.map(({ name, gid, members = [] }) => [name, "x", gid, members.join(",")].join(":"));
  const named = groups.reduce((text, { name, gid }, index) => {
    return withLine(text, { file: "group", name, id: gid }, groupLines[index] ?? "");
  }, files.group);
  const group = users.reduce((text, user) => {
    const gid = user.gid ?? user.uid;
    const line = `${user.name}:x:${gid}:`;
    return hasAccount(text, user.name, gid) ? text : withLine(text, { file: "group", name: user.name, id: gid }, line);
  }, named);
  const passwd = users.reduce((text, user) => {
    return withLine(text, { file: "passwd", name: user.name, id: user.uid }, passwdLine(user));
  }, files.passwd);
  return [
    ...(passwd === files.passwd ? [] : [textSource("etc/passwd", passwd)]),
    ...(group === files.group ? [] : [textSource("etc/group", group)]),
    ...users.flatMap(homeSource),
  ];
}

/** The line of a passwd or group file that has this name or number. */
function lineOf(text: string, name: string, id: number): string | undefined {
  return text.split("\n").find((line) => line.split(":")[0] === name || line.split(":")[2] === String(id));
}

/** Whether a passwd or group file has a line with this name or number. */
export function hasAccount(text: string, name: string, id: number): boolean {
  return lineOf(text, name, id) !== undefined;
}

function passwdLine(user: UserAccount): string {
  const { name, uid, gid = uid, shell = "/bin/sh" } = user;
  return [name, "x", uid, gid, name, homeOf(user), shell].join(":");
}

function homeOf({ name, home }: UserAccount): string {
  return home ?? `/home/${name}`;
}

function homeSource(user: UserAccount): LayerSource[] {
  const path = homeOf(user).replace(/^\/+|\/+$/g, "");
  if (path === "" || path === "nonexistent") return [];
  // OpenShift runs images as a user of its own choice, in group 0.
  if (user === NONROOT) return [{ type: "directory", path, mode: 0o770, uid: user.uid, gid: 0 }];
  return [{ type: "directory", path, mode: 0o700, uid: user.uid, gid: user.gid ?? user.uid }];
}

function withLine(
  text: string,
  { file, name, id }: { readonly file: string; readonly name: string; readonly id: number },
  line: string,
): string {
  const taken = lineOf(text, name, id);
  if (taken !== undefined) {
    throw new OciasmError("CONFIG_INVALID", `accounts: ${name} (${id}) meets \`${taken}\` in /etc/${file}`, {
      hint: "take another name and number, or leave the account out",
    });
  }
  return `${text}${text === "" || text.endsWith("\n") ? "" : "\n"}${line}\n`;
}

function textSource(path: string, text: string): LayerSource {
  return { type: "text", path, mode: 0o644, text };
}

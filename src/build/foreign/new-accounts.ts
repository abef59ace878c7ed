import type { Accounts } from "../../layers/accounts.ts";

/** An account as a command asks for it. */
export interface NewAccount {
  readonly kind: "user" | "group";
  readonly name: string;
  /** The next free one when left out. */
  readonly id?: number;
  /** A user's own group, by name or number; one of its name when left out. */
  readonly group?: string;
  readonly isSystem: boolean;
  readonly home?: string;
  readonly shell?: string;
}

/** Groups that every Debian has (base-passwd). */
const BASE_GROUPS: ReadonlyMap<string, number> = new Map([
  ["root", 0],
  ["daemon", 1],
  ["adm", 4],
  ["www-data", 33],
  ["staff", 50],
  ["users", 100],
  ["nogroup", 65534],
]);

/**
 * The accounts with numbers as shadow gives them to those that name none: from 1000 up, and from 999 down for those of the
 * system (login.defs(5)). A group of an unknown name is the user's own.
 */
export function numberedAccounts(asked: readonly NewAccount[]): Accounts {
  const users: Accounts["users"][number][] = [];
  const groups: Accounts["groups"][number][] = [];
  for (const { kind, name, id, group, isSystem, home, shell } of asked) {
    const uids = kind === "group" ? [] : users.map(({ uid }) => uid);
    const gids = group === undefined ? [...groups.map(({ gid }) => gid), ...users.map(({ uid }) => uid)] : [];
    const number = id ?? nextId([...uids, ...gids], isSystem);
    if (kind === "group") {
      groups.push({ name, gid: number });
      continue;
    }
    const gid = group === undefined ? undefined : groupId(group, groups);
    users.push({
      name,
      uid: number,
      ...(gid === undefined || gid === number ? {} : { gid }),
      ...(shell === undefined ? {} : { shell }),
      ...(home === undefined ? {} : { home }),
    });
  }
  return { users, groups };
}

function nextId(taken: readonly number[], isSystem: boolean): number {
  let id = isSystem ? 999 : 1000;
  while (taken.includes(id)) id += isSystem ? -1 : 1;
  return id;
}

function groupId(group: string, groups: Accounts["groups"]): number | undefined {
  if (/^\d{1,9}$/.test(group)) return Number(group);
  return groups.find(({ name }) => name === group)?.gid ?? BASE_GROUPS.get(group);
}

export interface UserOptions {
  /** Users and passwords. */
  readonly users?: Readonly<Record<string, string>>;
  /** Refresh tokens, and whose they are. */
  readonly identityTokens?: Readonly<Record<string, string>>;
  /** What a user may do; default: everything everywhere. */
  readonly may?: (user: string, repository: string, action: string) => boolean;
}

export interface Users {
  byBasic(header: string): string | undefined;
  byPassword(user: string, password: string): string | undefined;
  byIdentityToken(token: string): string | undefined;
  may(user: string, repository: string, action: string): boolean;
}

// The user that Azure's identity tokens log in with.
const NO_USER = "00000000-0000-0000-0000-000000000000";

export function createUsers(options: UserOptions): Users {
  const passwords = new Map(Object.entries(options.users ?? {}));
  const tokens = new Map(Object.entries(options.identityTokens ?? {}));
  const byPassword = (user: string, password: string): string | undefined => {
    if (user === NO_USER) return tokens.get(password);
    return password !== "" && passwords.get(user) === password ? user : undefined;
  };
  return {
    byPassword,
    byBasic: (header) => {
      if (!/^basic /i.test(header)) return undefined;
      const text = Buffer.from(header.slice(6), "base64").toString();
      const colon = text.indexOf(":");
      return byPassword(text.slice(0, colon), text.slice(colon + 1));
    },
    byIdentityToken: (token) => tokens.get(token),
    may: options.may ?? (() => true),
  };
}

/** What a token tells about itself; its signature is the registry's business. */
export interface TokenClaims {
  /** The `access` claim (distribution, docs/spec/auth/jwt.md). */
  readonly access: readonly { readonly name: string; readonly actions: readonly string[] }[];
  /** Seconds since 1970, by the server's clock. */
  readonly expires: number | undefined;
}

/** The claims of a JWT; undefined for a token that is none or says nothing of access. */
export function tokenClaims(token: string): TokenClaims | undefined {
  const parts = token.split(".");
  if (parts.length !== 3) return undefined;
  const claims = members(parsed(Buffer.from(parts[1] ?? "", "base64url").toString("utf8")));
  const access = claims.get("access");
  if (!Array.isArray(access)) return undefined;
  const expires = claims.get("exp");
  return {
    access: access.flatMap(accessEntry),
    expires: typeof expires === "number" ? expires : undefined,
  };
}

/** False only when the token says that it doesn't allow the action. */
export function mayAllow(claims: TokenClaims | undefined, repository: string, action: string): boolean {
  if (claims === undefined) return true;
  return claims.access.some(({ name, actions }) => {
    const covers = name === repository || (name.endsWith("*") && repository.startsWith(name.slice(0, -1)));
    return covers && (actions.includes(action) || actions.includes("*"));
  });
}

function accessEntry(value: unknown): TokenClaims["access"] {
  const entry = members(value);
  const [name, actions] = [entry.get("name"), entry.get("actions")];
  if (typeof name !== "string" || !Array.isArray(actions)) return [];
  return [{ name, actions: actions.filter((action) => typeof action === "string") }];
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function members(value: unknown): ReadonlyMap<string, unknown> {
  return new Map(typeof value === "object" && value !== null ? Object.entries(value) : []);
}

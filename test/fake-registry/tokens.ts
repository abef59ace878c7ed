import { randomUUID } from "node:crypto";

/** A right: "repository:action". */
export type Right = `${string}:${string}`;

/** Access tokens that are out. */
export interface Tokens {
  issue(rights: readonly Right[], lifetimeSeconds: number, form: "jwt" | "opaque"): string;
  /** Undefined for a token that is unknown or past its time. */
  rights(token: string): readonly Right[] | undefined;
  expireAll(): void;
}

export function createTokens(clock: () => number): Tokens {
  const held = new Map<string, { readonly rights: readonly Right[]; readonly until: number }>();
  return {
    issue: (rights, lifetimeSeconds, form) => {
      const value = form === "opaque" ? randomUUID() : jwt(rights, clock(), lifetimeSeconds);
      held.set(value, { rights, until: clock() + lifetimeSeconds });
      return value;
    },
    rights: (token) => {
      const known = held.get(token);
      return known !== undefined && known.until > clock() ? known.rights : undefined;
    },
    expireAll: () => held.clear(),
  };
}

/** distribution, docs/spec/auth/jwt.md; nobody checks the signature, since tokens are known one by one. */
function jwt(rights: readonly Right[], now: number, lifetimeSeconds: number): string {
  const byName = new Map<string, string[]>();
  for (const right of rights) {
    const colon = right.lastIndexOf(":");
    const name = right.slice(0, colon);
    byName.set(name, [...(byName.get(name) ?? []), right.slice(colon + 1)]);
  }
  const access = [...byName].map(([name, actions]) => ({ type: "repository", name, actions }));
  const times = { iat: Math.floor(now), exp: Math.floor(now + lifetimeSeconds) };
  const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString("base64url");
  const claims = { iss: "fake", aud: "fake, quoted", jti: randomUUID(), ...times, access };
  return `${part({ typ: "JWT", alg: "RS256" })}.${part(claims)}.${part("signature")}`;
}

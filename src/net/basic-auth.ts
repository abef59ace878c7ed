/** Value of an Authorization header (RFC 7617), in UTF-8. */
export function basicAuthorization(user: string, password: string): string {
  return `Basic ${Buffer.from(`${user}:${password}`, "utf8").toString("base64")}`;
}

/** Splits the user info off a URL, percent-decoded. */
export function splitUserInfo(url: string): {
  readonly url: string;
  readonly user: string | undefined;
  readonly password: string | undefined;
} {
  if (!URL.canParse(url)) return { url, user: undefined, password: undefined };
  const parsed = new URL(url);
  if (parsed.username === "" && parsed.password === "") return { url, user: undefined, password: undefined };
  const user = decode(parsed.username);
  const password = parsed.password === "" ? undefined : decode(parsed.password);
  parsed.username = "";
  parsed.password = "";
  return { url: parsed.href, user, password };
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

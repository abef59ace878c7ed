import { isIP } from "node:net";
import { OciasmError } from "../errors.ts";

/** True for localhost, 127.0.0.0/8 and ::1, with or without a port: the only hosts that speak plain HTTP unasked. */
export function isLoopback(host: string): boolean {
  const name = hostName(host);
  return (
    name === "localhost" ||
    name.endsWith(".localhost") ||
    name === "::1" ||
    (isIP(name) === 4 && name.startsWith("127."))
  );
}

/** True for a literal address, or a name, that only this machine or its own network can mean. */
export function isPrivate(host: string): boolean {
  const name = hostName(host);
  if (isLoopback(name)) return true;
  if (isIP(name) === 4) return isPrivate4(name);
  if (isIP(name) !== 6) return false;
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/.exec(name)?.[1];
  return mapped === undefined ? /^(::$|f[cd]|fe[89a-f]|ff|::ffff:|64:ff9b:)/.test(name) : isPrivate4(mapped);
}

function isPrivate4(address: string): boolean {
  const [a = 0, b = 0] = address.split(".").map(Number);
  return (
    a === 0 ||
    a === 10 ||
    a === 127 ||
    (a === 100 && b >= 64 && b < 128) ||
    (a === 169 && b === 254) ||
    (a === 172 && b >= 16 && b < 32) ||
    (a === 192 && (b === 168 || b === 0)) ||
    (a === 198 && (b === 18 || b === 19)) ||
    a >= 224
  );
}

function hostName(host: string): string {
  // The dot that ends a full name changes nothing about where it leads.
  const bare = host.replace(/:\d+$/, "").replace(/\.$/, "").toLowerCase();
  if (bare.startsWith("[")) return bare.slice(1, bare.lastIndexOf("]"));
  // A bare IPv6 address lost its last group to the port pattern.
  return isIP(host) === 6 ? host.toLowerCase() : bare;
}

/**
 * Where a registry at `base` may send this client: nowhere without encryption if it has any itself, and to no private
 * address of another host. A proxy in front of it that forgot about TLS is forgiven. `trusted` is the registry when
 * `base` is only where it sent the client before. Throws REGISTRY_ERROR.
 */
export function checkedTarget(target: string, base: URL, what: string, trusted: URL = base): URL {
  const url = URL.canParse(target, base.href) ? new URL(target, base) : undefined;
  const refuse = (why: string): OciasmError =>
    new OciasmError("REGISTRY_ERROR", `${base.host} gave a ${what} that ${why}`);
  if (url === undefined || (url.protocol !== "http:" && url.protocol !== "https:")) throw refuse("is no http URL");
  url.username = "";
  url.password = "";
  if (url.hostname === base.hostname && base.protocol === "https:" && url.protocol === "http:") {
    if (url.port === "") url.port = base.port;
    url.protocol = "https:";
  }
  if (url.origin === base.origin) return url;
  if (base.protocol === "https:" && url.protocol === "http:") throw refuse("would give up encryption");
  if (isPrivate(url.hostname) && !isPrivate(trusted.hostname)) throw refuse("leads into a private network");
  return url;
}

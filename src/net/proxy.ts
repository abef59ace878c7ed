import { BlockList, isIP } from "node:net";

type Environment = Readonly<Record<string, string | undefined>>;

/** The proxy's URL that HTTP_PROXY, HTTPS_PROXY, ALL_PROXY and NO_PROXY choose for a URL, as curl and requests read them. */
export function proxyFor(url: URL, environment: Environment): string | undefined {
  const proxy =
    variable(environment, url.protocol === "https:" ? "https_proxy" : "http_proxy") ??
    variable(environment, "all_proxy");
  if (proxy === undefined) return undefined;
  if (isExempt(url, variable(environment, "no_proxy") ?? "")) return undefined;
  return proxy.includes("://") ? proxy : `http://${proxy}`;
}

/** Lower case wins, as everywhere; an empty value means none. */
function variable(environment: Environment, name: string): string | undefined {
  const value = environment[name] ?? environment[name.toUpperCase()];
  return value === undefined || value === "" ? undefined : value;
}

/** NO_PROXY: hosts and domains (with or without a leading dot or `*.`), `host:port`, addresses, CIDR blocks, `*`. */
function isExempt(url: URL, noProxy: string): boolean {
  const host = url.hostname.toLowerCase().replace(/^\[|\]$/g, "");
  const port = url.port === "" ? (url.protocol === "https:" ? "443" : "80") : url.port;
  return noProxy
    .toLowerCase()
    .split(/[\s,]+/)
    .some((entry) => entry !== "" && covers(entry, host, port));
}

function covers(entry: string, host: string, port: string): boolean {
  if (entry === "*") return true;
  if (entry.includes("/")) return blockCovers(entry, host);
  const withPort = /^(\[[^\]]*\]|[^:]*):(\d+)$/.exec(entry);
  if (withPort?.[2] !== undefined && withPort[2] !== port) return false;
  const name = (withPort?.[1] ?? entry).replace(/^\*?\./, "").replace(/^\[|\]$/g, "");
  return host === name || (isIP(host) === 0 && host.endsWith(`.${name}`));
}

function blockCovers(entry: string, host: string): boolean {
  const [address = "", prefix = ""] = entry.split("/");
  const family = isIP(address);
  if (family === 0 || isIP(host) !== family || !/^\d{1,3}$/.test(prefix) || Number(prefix) > (family === 4 ? 32 : 128))
    return false;
  const type = family === 4 ? "ipv4" : "ipv6";
  const block = new BlockList();
  block.addSubnet(address, Number(prefix), type);
  return block.check(host, type);
}

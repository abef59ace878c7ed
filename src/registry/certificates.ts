import { readdir } from "node:fs/promises";
import { join } from "node:path";

/**
 * Files of certificate authorities that this host keeps for one registry: `*.crt` in its folder below certs.d, as
 * Docker and podman have it, the user's before the system's. `host` has its port.
 */
export async function hostCertificates(
  host: string,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<readonly string[]> {
  const home = environment["HOME"];
  const config = environment["XDG_CONFIG_HOME"] || (home === undefined ? undefined : join(home, ".config"));
  const own = config === undefined ? [] : [join(config, "containers", "certs.d"), join(config, "docker", "certs.d")];
  const found: string[] = [];
  for (const folder of [...own, "/etc/containers/certs.d", "/etc/docker/certs.d"]) {
    const names = await readdir(join(folder, host)).catch(() => []);
    found.push(...names.filter((name) => name.endsWith(".crt")).map((name) => join(folder, host, name)));
  }
  return found.sort();
}

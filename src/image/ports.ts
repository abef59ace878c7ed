import { OciasmError } from "../errors.ts";

const PORT = /^(\d{1,5})(?:-(\d{1,5}))?(?:\/(tcp|udp|sctp))?$/i;

/** "8000" is 8000/tcp, "53/udp" stays, a range becomes its ports. Throws CONFIG_INVALID. */
export function expandPorts(ports: readonly (string | number)[]): readonly string[] {
  return ports.flatMap((port) => {
    const match = PORT.exec(String(port).trim());
    const first = Number(match?.[1]);
    const last = Number(match?.[2] ?? match?.[1]);
    if (match === null || first < 1 || last > 65_535 || last < first) {
      throw new OciasmError("CONFIG_INVALID", `exposedPorts: not a port: ${JSON.stringify(port)}`, {
        hint: "write 8000, 53/udp or 8000-8003",
      });
    }
    const protocol = (match[3] ?? "tcp").toLowerCase();
    return Array.from({ length: last - first + 1 }, (_, index) => `${first + index}/${protocol}`);
  });
}

/** Linux gives up after 40 links. */
const MAX_LINKS = 40;

/**
 * Where a path lies once the base's links to directories are followed on its way: a directory of a link's name in an
 * upper layer would hide all that the link leads to. `whole` follows the path itself too. Paths have no leading slash.
 */
export function throughLinks(path: string, links: Readonly<Record<string, string>>, whole = false): string {
  let parts = path.split("/");
  for (let hops = 0; hops < MAX_LINKS; hops++) {
    const ends = parts.map((_, at) => at + 1).filter((end) => whole || end < parts.length);
    const end = ends.find((one) => Object.hasOwn(links, parts.slice(0, one).join("/")));
    if (end === undefined) break;
    const target = links[parts.slice(0, end).join("/")] ?? "";
    parts = [...target.split("/").filter((part) => part !== ""), ...parts.slice(end)];
  }
  return parts.join("/");
}

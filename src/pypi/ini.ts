/**
 * Sections of an ini file as Python's configparser reads pip.conf: `key = value` or `key: value`, more-indented lines
 * go on with the value, `#` and `;` start comment lines. Keys in lower case. Lines it can't read are skipped.
 */
export function parseIni(text: string): ReadonlyMap<string, ReadonlyMap<string, string>> {
  const sections = new Map<string, Map<string, string>>();
  let section: Map<string, string> | undefined;
  let key: string | undefined;
  let indent = 0;
  for (const line of text.replace(/^\ufeff/, "").split(/\r\n|[\n\r]/)) {
    const content = line.trim();
    if (content === "" || content.startsWith("#") || content.startsWith(";")) continue;
    const depth = line.length - line.trimStart().length;
    if (section !== undefined && key !== undefined && depth > indent) {
      section.set(key, `${section.get(key) ?? ""}\n${content}`);
      continue;
    }
    const heading = /^\[([^\]]+)\]/.exec(content)?.[1];
    key = undefined;
    indent = depth;
    if (heading !== undefined) {
      section = sections.get(heading) ?? new Map<string, string>();
      sections.set(heading, section);
      continue;
    }
    const separator = content.search(/[=:]/);
    if (section === undefined || separator <= 0) continue;
    key = content.slice(0, separator).trim().toLowerCase();
    section.set(key, content.slice(separator + 1).trim());
  }
  return sections;
}

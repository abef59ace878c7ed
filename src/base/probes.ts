import type { TarEntry } from "../archive/tar-entry.ts";

/** What is worth reading in a layer: by its path, and what it says about the base. */
export interface Probe {
  readonly matches: RegExp;
  /** A short string, or undefined when the content says nothing. */
  read(content: AsyncIterable<Uint8Array>): Promise<string | undefined>;
}

const MAX_TEXT = 1024 * 1024;

/** Every file whose content tells something that names and modes don't. The first that matches reads. */
const PROBES: readonly Probe[] = [
  { matches: /^etc\/(passwd|group)$/, read: readText },
  { matches: /^(etc|usr\/lib)\/os-release$/, read: readText },
  { matches: /^etc\/(ld\.so\.conf|ld\.so\.conf\.d\/[^/]+\.conf|ld-musl-[\w-]+\.path)$/, read: readText },
  // "GNU C Library (…) stable release version 2.36."
  { matches: /(^|\/)libc(\.so\.6|-2\.\d+\.so)$/, read: searching(/stable release version (\d+\.\d+)/) },
  { matches: /(^|\/)ld-musl-[a-z0-9_]+\.so\.1$/, read: searching(/\0(1\.\d{1,3}\.\d{1,3})\0/) },
  { matches: /^(usr\/)?lib\/apk\/db\/installed$/, read: searching(/\nP:musl\nV:(\d+\.\d+\.\d+)/) },
  {
    matches: /\/include\/python3\.\d+t?\/patchlevel\.h$/,
    read: searching(/#define PY_VERSION\s+"(3\.\d+\.[0-9a-z]+)\+?"/),
  },
  {
    matches: /(^|\/)(bin\/python3\.\d+t?|libpython3\.\d+t?\.so\.1\.0)$/,
    read: searching(/\0(3\.\d{1,2}\.\d{1,3}(?:(?:a|b|rc)\d{1,2})?)\+?\0/),
  },
];

export function probeFor(entry: TarEntry): Probe | undefined {
  return entry.type === "file" ? PROBES.find((probe) => probe.matches.test(entry.path)) : undefined;
}

async function readText(content: AsyncIterable<Uint8Array>): Promise<string | undefined> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of content) {
    size += part.length;
    if (size > MAX_TEXT) return undefined;
    parts.push(Uint8Array.from(part));
  }
  return Buffer.concat(parts).toString("utf8");
}

// Longer than anything that a pattern matches.
const OVERLAP = 256;

/** Reads until the pattern's first match and gives its first group. Binary content: one character a byte. */
function searching(pattern: RegExp): Probe["read"] {
  return async (content) => {
    let tail = "\n";
    for await (const part of content) {
      const text = tail + Buffer.from(part.buffer, part.byteOffset, part.length).toString("latin1");
      const found = pattern.exec(text)?.[1];
      if (found !== undefined) return found;
      tail = text.slice(-OVERLAP);
    }
    return undefined;
  };
}

export interface ArPart {
  readonly name: string;
  readonly content: string | Uint8Array;
  /** The size field, true or not. */
  readonly size?: string;
}

/** An ar archive with members as dpkg-deb writes them: sound unless `size` lies. */
export function buildAr(parts: readonly ArPart[]): Buffer {
  const members = parts.map(({ name, content, size }) => {
    const bytes = Buffer.from(content);
    const header = [
      name.padEnd(16),
      "0".padEnd(12),
      "0".padEnd(6),
      "0".padEnd(6),
      "100644".padEnd(8),
      (size ?? `${bytes.length}`).padEnd(10),
      "`\n",
    ];
    return Buffer.concat([
      Buffer.from(header.join(""), "latin1"),
      bytes,
      Buffer.from(bytes.length % 2 === 1 ? "\n" : ""),
    ]);
  });
  return Buffer.concat([Buffer.from("!<arch>\n"), ...members]);
}

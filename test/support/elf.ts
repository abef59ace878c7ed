/** What a made library asks for. */
export interface ElfNeeds {
  readonly needed?: readonly string[];
  /** Versions of libc.so.6: "GLIBC_2.28". */
  readonly versions?: readonly string[];
  /** DT_RUNPATH. */
  readonly runpath?: string;
  /** Bytes of nothing in front of the dynamic section, and between it and the names. */
  readonly gaps?: readonly [number, number];
}

/** A 64-bit little-endian shared object with a dynamic section and nothing to run. */
export function elfLibrary(
  soname: string,
  machine: number,
  { needed = [], versions = [], runpath, gaps = [0, 0] }: ElfNeeds = {},
): Uint8Array {
  const told = runpath === undefined ? [] : [runpath];
  const names = [soname, ...needed, ...versions, ...told];
  const strings = Buffer.from(`\0${names.join("\0")}\0`);
  const offsetOf = (name: string): number => strings.indexOf(`\0${name}\0`) + 1;
  const address = 0x10000;
  const [segments, dynamic] = [64, 64 + 2 * 56 + gaps[0]];
  const size = (6 + needed.length + told.length) * 16;
  const table = dynamic + size + gaps[1];
  const wanted = table + strings.length;
  const file = Buffer.alloc(wanted + 16 * (1 + versions.length));
  file.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]);
  file.writeUInt16LE(3, 16);
  file.writeUInt16LE(machine, 18);
  file.writeBigUInt64LE(BigInt(segments), 32);
  file.writeUInt16LE(56, 54);
  file.writeUInt16LE(2, 56);
  const segment = (at: number, type: number, offset: number, size: number): void => {
    file.writeUInt32LE(type, at);
    file.writeBigUInt64LE(BigInt(offset), at + 8);
    file.writeBigUInt64LE(BigInt(address + offset), at + 16);
    file.writeBigUInt64LE(BigInt(size), at + 32);
  };
  segment(segments, 1, 0, file.length);
  segment(segments + 56, 2, dynamic, size);
  const tags: readonly (readonly [tag: number, value: number])[] = [
    [5, address + table],
    [10, strings.length],
    [14, offsetOf(soname)],
    ...needed.map((name) => [1, offsetOf(name)] as const),
    ...told.map((name) => [29, offsetOf(name)] as const),
    ...(versions.length === 0
      ? []
      : ([
          [0x6ffffffe, address + wanted],
          [0x6fffffff, 1],
        ] as const)),
  ];
  tags.forEach(([tag, value], at) => {
    file.writeBigUInt64LE(BigInt(tag), dynamic + at * 16);
    file.writeBigUInt64LE(BigInt(value), dynamic + at * 16 + 8);
  });
  file.writeUInt16LE(versions.length, wanted + 2);
  file.writeUInt32LE(16, wanted + 8);
  versions.forEach((name, at) => {
    const entry = wanted + 16 * (at + 1);
    file.writeUInt32LE(offsetOf(name), entry + 8);
    file.writeUInt32LE(at + 1 < versions.length ? 16 : 0, entry + 12);
  });
  file.set(strings, table);
  return file;
}

/** A 64-bit little-endian shared object with a dynamic section and nothing to run. */
export function elfLibrary(soname: string, machine: number): Uint8Array {
  const strings = Buffer.from(`\0${soname}\0`);
  const [segments, dynamic] = [64, 64 + 2 * 56];
  const table = dynamic + 3 * 16;
  const file = Buffer.alloc(table + strings.length);
  file.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]);
  file.writeUInt16LE(3, 16);
  file.writeUInt16LE(machine, 18);
  file.writeBigUInt64LE(BigInt(segments), 32);
  file.writeUInt16LE(56, 54);
  file.writeUInt16LE(2, 56);
  const address = 0x10000;
  const segment = (at: number, type: number, offset: number, size: number): void => {
    file.writeUInt32LE(type, at);
    file.writeBigUInt64LE(BigInt(offset), at + 8);
    file.writeBigUInt64LE(BigInt(address + offset), at + 16);
    file.writeBigUInt64LE(BigInt(size), at + 32);
  };
  segment(segments, 1, 0, file.length);
  segment(segments + 56, 2, dynamic, 48);
  file.writeBigUInt64LE(5n, dynamic);
  file.writeBigUInt64LE(BigInt(address + table), dynamic + 8);
  file.writeBigUInt64LE(14n, dynamic + 16);
  file.writeBigUInt64LE(1n, dynamic + 24);
  file.set(strings, table);
  return file;
}

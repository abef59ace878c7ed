/** A 64-bit ELF file of sections only: debug information, symbols and their strings, of as many bytes as are asked for. */
export function elfWithSections(bytes: { readonly symbols: number; readonly debug: number }): Uint8Array {
  const names = Buffer.from("\0.debug_info\0.symtab\0.strtab\0.shstrtab\0");
  const strings = Math.floor(bytes.symbols / 3);
  const sections = [
    { name: ".debug_info", type: 1, link: 0, size: bytes.debug },
    { name: ".symtab", type: 2, link: 3, size: bytes.symbols - strings },
    { name: ".strtab", type: 3, link: 0, size: strings },
    { name: ".shstrtab", type: 3, link: 0, size: names.length },
  ];
  const table = 64 + bytes.debug + bytes.symbols + names.length;
  const file = Buffer.alloc(table + 64 * (sections.length + 1), 0x5a);
  file.fill(0, 0, 64);
  file.fill(0, table);
  file.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]);
  file.writeUInt16LE(3, 16);
  file.writeUInt16LE(62, 18);
  file.writeBigUInt64LE(BigInt(table), 40);
  file.writeUInt16LE(64, 58);
  file.writeUInt16LE(sections.length + 1, 60);
  file.writeUInt16LE(sections.length, 62);
  let offset = 64;
  for (const [at, { name, type, link, size }] of sections.entries()) {
    const entry = table + 64 * (at + 1);
    file.writeUInt32LE(names.indexOf(`\0${name}\0`) + 1, entry);
    file.writeUInt32LE(type, entry + 4);
    file.writeBigUInt64LE(BigInt(offset), entry + 24);
    file.writeBigUInt64LE(BigInt(size), entry + 32);
    file.writeUInt32LE(link, entry + 40);
    offset += size;
  }
  names.copy(file, table - names.length);
  return file;
}

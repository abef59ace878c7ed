import { OciasmError } from "../errors.ts";
import type { ByteSource } from "./bytes.ts";
import { printable } from "./printable.ts";

export interface ArMember {
  readonly name: string;
  /** Where the content starts in the archive. */
  readonly offset: number;
  readonly size: number;
}

const MAGIC = "!<arch>\n";
const HEADER_SIZE = 60;
/** A Debian package has three or four. */
const MAX_MEMBERS = 1000;

/**
 * Lists an ar archive as .deb files use it (deb(5)): short names, even offsets. Symbol tables and the long names of GNU
 * and BSD don't occur there and are refused; throws ARCHIVE_INVALID.
 */
export async function readArIndex(source: ByteSource): Promise<readonly ArMember[]> {
  const magic = await readText(source, 0, MAGIC.length);
  if (magic !== MAGIC) throw refuse("does not start as one");
  const members: ArMember[] = [];
  const names = new Set<string>();
  let at = MAGIC.length;
  while (at < source.size) {
    const member = parseHeader(await readText(source, at, HEADER_SIZE), at);
    if (names.has(member.name)) throw refuse(`has two members "${printable(member.name)}"`);
    if (members.length === MAX_MEMBERS) throw refuse(`has more than ${MAX_MEMBERS} members`);
    names.add(member.name);
    members.push(member);
    at = await memberEnd(source, member);
  }
  return members;
}

function parseHeader(header: string, at: number): ArMember {
  const fields = /^([^/\s][^/]*?)\/? *$/.exec(header.slice(0, 16));
  const size = /^([0-9]{1,10}) *$/.exec(header.slice(48, 58))?.[1];
  if (header.slice(58) !== "`\n") throw refuse(`has no header at ${at}`);
  const name = fields?.[1];
  if (name === undefined || !/^[!-~]([ -~]*[!-~])?$/.test(name)) throw refuse(`has a member with a bad name at ${at}`);
  if (size === undefined) throw refuse(`has a member "${name}" whose size is no number`);
  return { name, offset: at + HEADER_SIZE, size: Number(size) };
}

/** Where the next header starts: at an even offset. The last member may lack its padding. */
async function memberEnd(source: ByteSource, { name, offset, size }: ArMember): Promise<number> {
  const end = offset + size;
  if (end > source.size) throw refuse(`is cut off in "${name}"`);
  if (end % 2 === 0 || end === source.size) return end;
  if ((await readText(source, end, 1)) !== "\n") throw refuse(`has a byte behind "${name}" that is no padding`);
  return end + 1;
}

/** Bytes as characters of the same number. */
async function readText(source: ByteSource, offset: number, length: number): Promise<string> {
  if (offset + length > source.size) throw refuse("is cut off in a header");
  return String.fromCharCode(...(await source.read(offset, length)));
}

function refuse(problem: string): OciasmError {
  return new OciasmError("ARCHIVE_INVALID", `ar archive ${problem}`);
}

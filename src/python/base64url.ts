import { bytesToHex, hexToBytes } from "@noble/hashes/utils.js";

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/** Lower-case hex of URL-safe base64 text, with or without padding; undefined when it is none. */
export function base64UrlToHex(text: string): string | undefined {
  const body = text.replace(/={1,2}$/, "");
  if (body.length % 4 === 1) return undefined;
  const bytes = new Uint8Array(Math.floor((body.length * 3) / 4));
  let bits = 0;
  let held = 0;
  let at = 0;
  for (const character of body) {
    const value = ALPHABET.indexOf(character);
    if (value === -1) return undefined;
    held = ((held << 6) | value) & 0xffff;
    bits += 6;
    if (bits < 8) continue;
    bits -= 8;
    bytes[at] = (held >> bits) & 0xff;
    at += 1;
  }
  return bytesToHex(bytes);
}

/** URL-safe base64 without padding of hex, as RECORD holds digests. Throws a TypeError or RangeError for what is no hex. */
export function hexToBase64Url(hex: string): string {
  const bytes = hexToBytes(hex);
  let text = "";
  for (let index = 0; index < bytes.length; index += 3) {
    const [a = 0, b = 0, c = 0] = bytes.subarray(index, index + 3);
    const held = (a << 16) | (b << 8) | c;
    const characters = Math.min(4, bytes.length - index + 1);
    for (let digit = 0; digit < characters; digit += 1) text += ALPHABET.charAt((held >> (18 - 6 * digit)) & 63);
  }
  return text;
}

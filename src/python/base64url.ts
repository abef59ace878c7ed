const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

// Wheels have tens of thousands of digests: twelve bits, two characters here and three digits there, are looked up at once.
const TWELVE_BITS: readonly number[] = Array.from({ length: 1 << 12 }, (_, bits) => bits);
const CHARACTERS: readonly string[] = TWELVE_BITS.map(
  (bits) => ALPHABET.charAt(bits >> 6) + ALPHABET.charAt(bits & 63),
);
const DIGITS: readonly string[] = TWELVE_BITS.map((bits) => bits.toString(16).padStart(3, "0"));

/** No value of a character or digit has this bit. */
const NONE = 64;
const CHARACTER_VALUES: Uint8Array = valuesOf(ALPHABET);
const DIGIT_VALUES: Uint8Array = valuesOf("0123456789abcdef", "0123456789ABCDEF");

/** Lower-case hex of URL-safe base64 text, with or without padding; undefined when it is none. */
export function base64UrlToHex(text: string): string | undefined {
  const body = text.replace(/={1,2}$/, "");
  if (body.length % 4 === 1) return undefined;
  let hex = "";
  for (let at = 0; at < body.length; at += 2) {
    const high = valueAt(CHARACTER_VALUES, body, at);
    const low = valueAt(CHARACTER_VALUES, body, at + 1);
    if (((high | low) & NONE) !== 0) return undefined;
    hex += DIGITS[(high << 6) | low];
  }
  return hex.slice(0, 2 * Math.floor((body.length * 3) / 4));
}

/** URL-safe base64 without padding of hex, as RECORD holds digests. Throws a RangeError for what is no hex. */
export function hexToBase64Url(hex: string): string {
  let text = "";
  let all = hex.length % 2 === 0 ? 0 : NONE;
  for (let at = 0; at < hex.length; at += 3) {
    const first = valueAt(DIGIT_VALUES, hex, at);
    const second = valueAt(DIGIT_VALUES, hex, at + 1);
    const third = valueAt(DIGIT_VALUES, hex, at + 2);
    all |= first | second | third;
    text += CHARACTERS[((first << 8) | (second << 4) | third) & 0xfff];
  }
  if ((all & NONE) !== 0) throw new RangeError(`not the hex of whole bytes: ${JSON.stringify(hex)}`);
  return text.slice(0, Math.ceil((hex.length * 2) / 3));
}

function valuesOf(...alphabets: readonly string[]): Uint8Array {
  const values = new Uint8Array(128).fill(NONE);
  for (const alphabet of alphabets) {
    for (const [value, character] of [...alphabet].entries()) values[character.charCodeAt(0)] = value;
  }
  return values;
}

/** Past the end there are zero bits. */
function valueAt(values: Uint8Array, text: string, at: number): number {
  return at < text.length ? (values[text.charCodeAt(at)] ?? NONE) : 0;
}

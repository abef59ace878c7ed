import type { Random } from "./random.ts";

/** What turns one grammar into another, or none. */
const TOKENS = [..."\\\n\r\t\"'#[]{}=:,;-|^*1\0\ud800\uFEFFé", "--", "||", "__proto__", "1e999"];

/** `text` with up to `most` places cut out or broken by a token, of ours or of the format's own. */
export function damaged(text: string, random: Random, most: number, own: readonly string[] = []): string {
  const tokens = [...TOKENS, ...own];
  let result = text;
  for (let count = random.below(most + 1); count > 0; count--) {
    const at = random.below(result.length + 1);
    const cut = random.below(3) === 0 ? random.below(12) : 0;
    const token = random.below(2) === 0 ? (tokens[random.below(tokens.length)] ?? "") : "";
    result = result.slice(0, at) + token + result.slice(at + cut);
  }
  return result;
}

/** One to `most` of the parts, each as often as it comes, one after the other. */
export function someOf(parts: readonly string[], random: Random, most: number): readonly string[] {
  return Array.from({ length: 1 + random.below(most) }, () => parts[random.below(parts.length)] ?? "");
}

/** Characters that are read at once. */
const PIECE = 256 * 1024;
/** A comment or tag that is longer is cut: no page has one. */
const MAX_OPEN = 4 * 1024 * 1024;

/** Cuts a text that comes in chunks into pieces that no tag, comment or script crosses. */
export async function* htmlPieces(chunks: AsyncIterable<string>): AsyncGenerator<string, void, undefined> {
  let held = "";
  for await (const chunk of chunks) {
    held += chunk;
    if (held.length < PIECE) continue;
    const cut = held.length > MAX_OPEN ? held.length : cutPoint(held);
    if (cut === 0) continue;
    yield held.slice(0, cut);
    held = held.slice(cut);
  }
  yield held;
}

/** Begins what may hold tags that are none. */
const RAW = /<(?:!--|script|style)/i;

/** Where the last thing that may not be whole begins. */
function cutPoint(text: string): number {
  if (!RAW.test(text)) return Math.max(0, text.lastIndexOf("<"));
  const starts = [text.lastIndexOf("<"), openFrom(text, "<!--", "-->")];
  const lower = text.toLowerCase();
  for (const name of ["script", "style"]) starts.push(openFrom(lower, `<${name}`, `</${name}`));
  return Math.min(...starts.filter((start) => start >= 0));
}

function openFrom(text: string, opening: string, closing: string): number {
  const start = text.lastIndexOf(opening);
  return start >= 0 && !text.includes(closing, start) ? start : -1;
}

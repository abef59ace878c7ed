import { OciasmError } from "../errors.ts";

/** UTF-16 units without a blank line: no paragraph of Debian's archive comes near. */
const MAX_PARAGRAPH = 4 * 1024 * 1024;

/**
 * Cuts a control file that comes in chunks into texts that end between paragraphs, so that a list of 60 MB never lies
 * in memory as a whole. Throws ARCHIVE_INVALID for a paragraph without an end.
 */
export async function* wholeParagraphs(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  let rest = "";
  for await (const chunk of chunks) {
    const text = rest + decoder.decode(chunk, { stream: true });
    const cut = text.lastIndexOf("\n\n") + 1;
    if (cut > 0) yield text.slice(0, cut);
    rest = text.slice(cut);
    if (rest.length > MAX_PARAGRAPH) {
      throw new OciasmError(
        "ARCHIVE_INVALID",
        `control file holds a paragraph of more than ${MAX_PARAGRAPH} characters`,
      );
    }
  }
  rest += decoder.decode();
  if (rest !== "") yield rest;
}

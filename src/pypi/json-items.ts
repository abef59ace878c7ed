/** What a JSON document with a long list `files` comes apart into. */
export interface JsonItems {
  /** Takes the next part of the text and gives the items that are whole by now, as texts. */
  feed(chunk: string): readonly string[];
  /** The document without those items. */
  rest(): string;
}

const [QUOTE, OPEN_LIST, CLOSE_LIST, OPEN, CLOSE, COMMA] = [0x22, 0x5b, 0x5d, 0x7b, 0x7d, 0x2c];
const MARK = /["\\]/g;
const LIST_START = /(?:^|[^\\])"files"\s*:\s*$/;
/** Characters of one item, and of all that is around them. */
const MAX_ITEM = 1024 * 1024;
const MAX_REST = 16 * 1024 * 1024;

/** Index of the next quote or backslash, or the length. */
function nextMark(text: string, from: number): number {
  MARK.lastIndex = from;
  return MARK.exec(text)?.index ?? text.length;
}

/**
 * Splits the outermost list `files` of a document into its items, so that no more than one of them is held. Nothing is
 * checked: the items and the rest are for JSON.parse. Throws a RangeError for an item or a rest beyond all measure.
 */
export function createJsonItems(): JsonItems {
  let depth = 0;
  let inString = false;
  let escaped = false;
  let inList = false;
  let held = "";
  let rest = "";

  function keep(text: string): void {
    if (inList) held += text;
    else rest += text;
    if (held.length > MAX_ITEM || rest.length > MAX_REST) throw new RangeError("a JSON page of absurd shape");
  }

  function stringEnd(chunk: string, from: number): number {
    let at = from;
    if (escaped) at++;
    escaped = false;
    for (at = nextMark(chunk, at); at < chunk.length; at = nextMark(chunk, at + 2)) {
      if (chunk.charCodeAt(at) === QUOTE) {
        inString = false;
        return at;
      }
      escaped = at + 1 === chunk.length;
    }
    return chunk.length - 1;
  }

  return {
    feed: (chunk) => {
      const items: string[] = [];
      let start = 0;
      const flush = (end: number): void => {
        keep(chunk.slice(start, end));
        start = end;
      };
      const endItem = (end: number): void => {
        flush(end);
        if (held.trim() !== "") items.push(held);
        held = "";
      };
      for (let at = 0; at < chunk.length; at++) {
        if (inString) {
          at = stringEnd(chunk, at);
          continue;
        }
        const code = chunk.charCodeAt(at);
        if (code === QUOTE) inString = true;
        else if (code === OPEN || code === OPEN_LIST) {
          depth++;
          if (code === OPEN || depth !== 2 || inList) continue;
          flush(at);
          const isFiles = LIST_START.test(rest.slice(-64));
          flush(at + 1);
          inList = isFiles;
        } else if (code === CLOSE || code === CLOSE_LIST) {
          depth--;
          if (!inList || depth !== 1) continue;
          endItem(at);
          inList = false;
        } else if (code === COMMA && inList && depth === 2) {
          endItem(at);
          start = at + 1;
        }
      }
      flush(chunk.length);
      return items;
    },
    rest: () => rest,
  };
}

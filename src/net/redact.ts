/** The URL without user info, query and fragment: signatures and tokens hide in all three. */
export function redactUrl(url: string): string {
  const end = url.search(/[?#]/);
  const text = end < 0 ? url : url.slice(0, end);
  const scheme = /^[a-z][a-z0-9+.-]*:\/\//i.exec(text)?.[0];
  if (scheme === undefined) return escapeControl(text);
  const rest = text.slice(scheme.length);
  const slash = rest.search(/[/\\]/);
  const authority = slash < 0 ? rest : rest.slice(0, slash);
  const path = slash < 0 ? "" : rest.slice(slash);
  return escapeControl(scheme + authority.slice(authority.lastIndexOf("@") + 1) + path);
}

/** Removes user info from every URL within a text, and all that could drive a terminal. */
export function redactText(text: string): string {
  return escapeControl(text.replace(/\b([a-z][a-z0-9+.-]{0,20}:\/\/)[^\s/@]{1,2048}@/gi, "$1"));
}

/** Control characters and bidi overrides as `\xNN` or `\uNNNN`, so that what a server says can't drive a terminal. */
export function escapeControl(text: string): string {
  return text.replace(/[\u0000-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/g, (character) => {
    const code = character.charCodeAt(0);
    return code < 0x100 ? `\\x${code.toString(16).padStart(2, "0")}` : `\\u${code.toString(16)}`;
  });
}

/** First words of an error body, fit for a message. */
export function excerpt(text: string): string {
  const words = redactText(text.slice(0, 2000).replace(/\s+/g, " ").trim());
  return words.length > 200 ? `${words.slice(0, 200)}…` : words;
}

import { type Environment, listInput, textInput } from "./inputs.ts";

const URLS: readonly string[] = ["index-url", "extra-index-url"];

/** Secrets among the inputs: the token, and passwords in addresses, as they are and as they are encoded. */
export function secretsOf(environment: Environment): readonly string[] {
  const passwords = URLS.flatMap((name) => listInput(environment, name, false)).flatMap(passwordIn);
  const all = [textInput(environment, "github-token"), ...passwords];
  return [...new Set(all)].filter((text) => text !== "");
}

function passwordIn(url: string): readonly string[] {
  const encoded = /^[a-z]+:\/\/[^/?#:@]*:([^/?#]*)@/i.exec(url)?.[1];
  if (encoded === undefined) return [];
  try {
    return [encoded, decodeURIComponent(encoded)];
  } catch {
    return [encoded];
  }
}

import { isRequest } from "../input/request.ts";
import { inputsText } from "../resolve/inputs-text.ts";
import { sha256Hex } from "../store/sha256.ts";
import { type Input, readText } from "./input-files.ts";

/**
 * `sha256:…` of what a lock is made from: of all that a request asks for, or of the text of the lock that is converted,
 * whatever its line ends.
 */
export async function inputsDigest(input: Input): Promise<string> {
  const text = isRequest(input) ? inputsText(input) : (await readText(input.file)).replaceAll("\r\n", "\n");
  return `sha256:${sha256Hex(text)}`;
}

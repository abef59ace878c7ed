import { OciasmError } from "../errors.ts";
import { type Digest, isDigest } from "../oci/digest.ts";

/** Where in a layout or an archive an image is: by tag, by digest, or the only one. */
export interface ImageSpec {
  readonly path: string;
  readonly tag?: string;
  readonly digest?: Digest;
}

/**
 * Reads `oci:DIR[:TAG|@DIGEST]` and `archive:FILE[:TAG]`, as skopeo has them: the first colon behind the last slash
 * begins the tag, so that a drive letter is none. Throws USAGE.
 */
export function parseImageSpec(spec: string, scheme: string): ImageSpec {
  const rest = spec.slice(scheme.length + 1);
  const at = rest.lastIndexOf("@sha256:");
  const digest = at < 0 ? undefined : rest.slice(at + 1);
  if (digest !== undefined && !isDigest(digest)) throw wrong(spec, scheme, "has a digest that is not 64 hex digits");
  const named = at < 0 ? rest : rest.slice(0, at);
  const { path, tag } = splitTag(named);
  if (path === "" || tag === "") throw wrong(spec, scheme, path === "" ? "names no path" : "has an empty tag");
  return { path, ...(tag === undefined ? {} : { tag }), ...(digest === undefined ? {} : { digest }) };
}

/** A tag may be a full name, "docker.io/library/app:1": then the first colon that is no drive letter's ends the path. */
function splitTag(text: string): { readonly path: string; readonly tag?: string } {
  const colon = text.indexOf(":", /^[A-Za-z]:[\\/]/.test(text) ? 2 : 0);
  return colon < 0 ? { path: text } : { path: text.slice(0, colon), tag: text.slice(colon + 1) };
}

function wrong(spec: string, scheme: string, why: string): OciasmError {
  return new OciasmError("USAGE", `${JSON.stringify(spec.slice(0, 200))} ${why}`, {
    hint: `write it as ${scheme}:PATH or ${scheme}:PATH:TAG`,
  });
}

import { utf8 } from "../archive/bytes.ts";
import { type Digest, digestOf } from "../oci/digest.ts";
import { canonicalJson } from "../oci/json.ts";
import type {
  BytecodeSource,
  DebSource,
  InstallScheme,
  LayerRecipe,
  LayerSource,
  ModulesSource,
  PythonSource,
  WheelSource,
} from "./recipe.ts";

/** Goes up when the same recipe gives other bytes: tar headers, launcher text, RECORD, splice rules. */
export const FORMAT_VERSION = 1;

/**
 * The name of a layer before it exists: equal keys mean equal bytes. Holds all of the recipe that reaches the bytes;
 * titles, package names, and names and sizes of what a sha256 pins already, are not among it. A record found under
 * a key may therefore carry another image's title and kind.
 */
export function layerKey(recipe: LayerRecipe): Digest {
  const content = {
    format: FORMAT_VERSION,
    sources: recipe.sources.map(sourceContent),
    scheme: usesScheme(recipe) ? schemeContent(recipe) : null,
    codec: recipe.codec,
    mtime: recipe.mtime,
    directories: recipe.directories,
  };
  return digestOf(utf8(canonicalJson(content)));
}

function sourceContent(source: LayerSource | ModulesSource): unknown {
  switch (source.type) {
    case "wheel":
      return wheelContent(source);
    case "deb":
      return debContent(source);
    case "python":
      return pythonContent(source);
    case "bytecode":
      return bytecodeContent(source);
    case "modules":
      return { type: source.type, sha256: source.sha256 };
    case "file": {
      const { size: _pinned, ...content } = source;
      return content;
    }
    case "text":
    case "symlink":
    case "directory":
    case "generated":
      return source;
  }
}

function wheelContent(source: WheelSource): unknown {
  return {
    type: source.type,
    sha256: source.sha256,
    directUrl: source.directUrl ?? null,
    exclude: source.exclude ?? [],
    ...(source.part === undefined ? {} : { part: source.part }),
  };
}

function debContent(source: DebSource): unknown {
  return {
    type: source.type,
    sha256: source.sha256,
    exclude: source.exclude ?? [],
    below: source.below === true,
  };
}

function pythonContent({ type, sha256, prefix, exclude }: PythonSource): unknown {
  return { type, sha256, prefix, exclude };
}

function bytecodeContent(source: BytecodeSource): unknown {
  return { ...source, of: sourceContent(source.of) };
}

/** The name of a source's bytecode before it exists, whatever layer it will be in. */
export function bytecodeKey(source: BytecodeSource, scheme: InstallScheme): Digest {
  const { name: _shown, ...places } = scheme;
  const content = { format: FORMAT_VERSION, source: bytecodeContent(source), scheme: places };
  return digestOf(utf8(canonicalJson(content)));
}

/** Only wheels and what is made from them lie where the scheme says: other layers are the same under any. */
function usesScheme(recipe: LayerRecipe): boolean {
  return recipe.sources.some((source) => ["wheel", "generated", "bytecode"].includes(source.type));
}

function schemeContent(recipe: LayerRecipe): unknown {
  const { name: _shown, ...content } = recipe.scheme;
  return content;
}

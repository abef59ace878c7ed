import { utf8 } from "../archive/bytes.ts";
import { fieldsOf, invalid, optionalList, optionalMap, parseFields, readString } from "../oci/fields.ts";
import { formatPlatform, type Platform } from "../oci/platform.ts";
import type { LayerReason } from "./reason.ts";
import type { LayerRecipe } from "./recipe.ts";

/**
 * Which wheels lie in which layer, for build systems that have to know before anything is built. Members of a wheel are
 * those of the parameters of `ociasm layer`.
 */
export interface PlanDocument {
  readonly schema: 1;
  /** What `ociasm plan` was called with. */
  readonly command: PlanCommand;
  readonly platform: string;
  /** RFC 3339: how old the image is, where nothing else says. */
  readonly dates: readonly string[];
  /** In the order of the image. */
  readonly layers: readonly PlanDocumentLayer[];
}

/** Words and flags of a command line. */
export interface PlanCommand {
  readonly words: readonly string[];
  readonly flags: Readonly<Record<string, string | true | readonly string[]>>;
}

export interface PlanDocumentLayer {
  readonly kind: string;
  readonly title: string;
  readonly wheels: readonly PlanDocumentWheel[];
}

export interface PlanDocumentWheel {
  readonly filename: string;
  readonly sha256: string;
  readonly "direct-url"?: string;
  readonly exclude?: readonly string[];
  readonly part?: { readonly index: number; readonly count: number };
}

export interface PlanDocumentInput {
  readonly command: PlanCommand;
  readonly platform: Platform;
  /** Upload times of the wheels, where they are known. */
  readonly dates: readonly (string | undefined)[];
  readonly layers: readonly { readonly recipe: LayerRecipe; readonly reason?: LayerReason }[];
}

export function planDocument({ command, platform, dates, layers }: PlanDocumentInput): PlanDocument {
  const known = dates.filter((date) => date !== undefined).sort((a, b) => Date.parse(a) - Date.parse(b));
  return {
    schema: 1,
    command,
    platform: formatPlatform(platform),
    dates: known.slice(-1),
    layers: layers.flatMap(({ recipe, reason }) => (reason === undefined ? [] : [layerOf(recipe)])),
  };
}

function layerOf({ kind, title, sources }: LayerRecipe): PlanDocumentLayer {
  const wheels = sources.flatMap((source): readonly PlanDocumentWheel[] => {
    if (source.type !== "wheel") return [];
    const { filename, sha256, directUrl, exclude, part } = source;
    return [
      {
        filename,
        sha256,
        ...(directUrl === undefined ? {} : { "direct-url": directUrl }),
        ...(exclude === undefined ? {} : { exclude }),
        ...(part === undefined ? {} : { part }),
      },
    ];
  });
  return { kind, title, wheels };
}

const STARLARK_HEAD =
  '"""Written by `ociasm plan --write`; `ociasm plan --check` tells whether it still holds."""\n\nPLAN = ';

/** The document as JSON, or as a constant that Bazel loads where the file is called `.bzl`. */
export function planDocumentText(document: PlanDocument, file: string): string {
  if (!file.endsWith(".bzl")) return `${JSON.stringify(document, undefined, 2)}\n`;
  const json = JSON.stringify(document, undefined, 4);
  // As buildifier writes it. No string of JSON holds a line end, so what stands beside one is none of a string.
  return `${STARLARK_HEAD}${json.replaceAll(/: true(?=,?$)/gm, ": True").replaceAll(/([^,[{])\n(?= *[}\]])/g, "$1,\n")}\n`;
}

const MOST_BYTES = 16 * 1024 * 1024;
const MOST_WORDS = 1000;

/** What a document was written with; `file` names it in messages. Throws ARCHIVE_INVALID. */
export function planDocumentCommand(text: string, file: string): PlanCommand {
  const start = text.startsWith(STARLARK_HEAD) ? STARLARK_HEAD.length : 0;
  const json = text
    .slice(start)
    .replaceAll(/,\n(?= *[}\]])/g, "\n")
    .replaceAll(/: True(?=,?$)/gm, ": true");
  const fields = parseFields(utf8(json), file, MOST_BYTES);
  if (fields.get("schema") !== 1) throw invalid(`${file} is no plan, or one of another version`);
  const command = fieldsOf(fields.get("command"), `${file}: command`);
  return {
    words: optionalList(command, "words", MOST_WORDS, readString) ?? [],
    flags: optionalMap(command, "flags", readFlag) ?? {},
  };
}

function readFlag(value: unknown, where: string): string | true | readonly string[] {
  if (typeof value === "string" || value === true) return value;
  if (Array.isArray(value)) return value.map((word: unknown) => readString(word, where));
  throw invalid(`${where} is no flag`);
}

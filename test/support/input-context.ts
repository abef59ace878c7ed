import assert from "node:assert/strict";
import { posix } from "node:path";
import { isOciasmError, type OciasmError } from "../../src/errors.ts";
import type { InputContext, LockInput } from "../../src/input/input.ts";
import { type Asked, isRequest, type RequirementsInput } from "../../src/input/request.ts";
import { formatMarker } from "../../src/python/marker.ts";
import { formatRequirement } from "../../src/python/requirement.ts";
import { formatSpecifierSet } from "../../src/python/specifier.ts";

/** A context whose files are a record; folder /p. */
export function inputContext(
  file: string,
  files: Readonly<Record<string, string>> = {},
  environment: InputContext["environment"] = {},
): InputContext {
  return {
    file: posix.resolve("/p", file),
    environment,
    readInclude: (path, from) => {
      const absolute = posix.resolve(posix.dirname(from), path);
      const text = Object.hasOwn(files, absolute) ? files[absolute] : undefined;
      return text === undefined ? undefined : { path: absolute, text };
    },
  };
}

export function asRequest(input: RequirementsInput | LockInput): RequirementsInput {
  assert.ok(isRequest(input), "a lock, not a request");
  return input;
}

/** All problems that `read` throws. */
export function problemsIn(read: () => unknown): readonly OciasmError[] {
  try {
    read();
  } catch (error) {
    assert.ok(isOciasmError(error), String(error));
    return [error, ...error.problems];
  }
  return assert.fail("no problem was found");
}

/** "CODE line:column+length message" */
export function problemText({ code, location, message }: OciasmError): string {
  return `${code} ${location?.line}:${location?.column}+${location?.length} ${message}`;
}

/** The requirements as packaging would write them; alternatives in brackets. */
export function askedTexts(asked: readonly Asked[] | undefined): readonly string[] | undefined {
  return asked?.map(({ requirement, anyOf }) => {
    const text = formatRequirement(requirement);
    return anyOf === undefined ? text : `${text} {${anyOf.map(formatSpecifierSet).join(" | ")}}`;
  });
}

export function markerText(asked: Asked | undefined): string | undefined {
  const marker = asked?.requirement.marker;
  return marker === undefined ? undefined : formatMarker(marker);
}

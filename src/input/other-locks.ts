import { OciasmError } from "../errors.ts";
import type { InputFormat } from "./input.ts";

/** Locks that are recognised so that a person is told how to get on: their tools write one of the formats read here. */
function foreign(name: string, command: string): InputFormat {
  return {
    name,
    matches: (baseName) => baseName === name,
    parse: (_text, context) => {
      throw new OciasmError("INPUT_UNSUPPORTED", `${context.file} can't be read directly yet`, {
        hint: `run \`${command}\` and build from what it writes`,
      });
    },
  };
}

export const uvLock: InputFormat = foreign(
  "uv.lock",
  "uv export --format pylock.toml --no-dev --no-emit-project -o pylock.toml",
);
export const poetryLock: InputFormat = foreign("poetry.lock", "poetry export -f requirements.txt -o requirements.txt");
export const pdmLock: InputFormat = foreign("pdm.lock", "pdm export -f requirements -o requirements.txt");
export const pipfileLock: InputFormat = foreign("Pipfile.lock", "pipenv requirements --hash > requirements.txt");

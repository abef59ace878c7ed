import { OciasmError } from "../errors.ts";
import type { RequestFormat } from "./request.ts";

/** A program, which nothing here runs. */
export const setupPy: RequestFormat = {
  name: "setup.py",
  matches: (baseName) => baseName === "setup.py",
  parse: (_text, { file }) => {
    throw new OciasmError("INPUT_UNSUPPORTED", `${file} says what it needs only when it is run`, {
      hint: "list the dependencies in [project] of pyproject.toml, or in a requirements file for -r",
    });
  },
};

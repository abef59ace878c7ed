import { OciasmError } from "../errors.ts";

/** More than these in one file say nothing new. */
const MAX_PROBLEMS = 100;

/** What is wrong with one input, gathered so that a person can mend all of it in one go. */
export interface Problems {
  add(problem: OciasmError): void;
  /** Throws the first problem, which carries the others, if there is any. */
  check(): void;
}

export function collectProblems(): Problems {
  const found: OciasmError[] = [];
  let beyond = 0;
  return {
    add: (problem) => {
      if (found.length < MAX_PROBLEMS) found.push(problem);
      else beyond += 1;
    },
    check: () => {
      const [first, ...others] = found;
      if (first === undefined) return;
      throw withOthers(first, beyond === 0 ? others : [...others, tooMany(first, beyond)]);
    },
  };
}

/** `first` again, with `others` as its `problems`. */
function withOthers(first: OciasmError, others: readonly OciasmError[]): OciasmError {
  return new OciasmError(first.code, first.message, {
    hint: first.hint,
    location: first.location,
    cause: first.cause,
    problems: [...first.problems, ...others],
  });
}

function tooMany(first: OciasmError, beyond: number): OciasmError {
  return new OciasmError(first.code, `${beyond} more problems of this file are not shown`);
}

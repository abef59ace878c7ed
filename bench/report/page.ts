import type { CaseResult } from "./result.ts";
import { machineText, resultText } from "./table.ts";

/** Between `<!-- bench CASE -->` and `<!-- end -->` the page has that case's tables; a case without a result keeps its text. */
export function withTables(page: string, results: readonly CaseResult[]): string {
  const byCase = new Map(results.map((result) => [result.case, result]));
  return page.replace(
    /(<!-- bench (\S+) -->\n)[\s\S]*?(<!-- end -->)/g,
    (whole, begin: string, name: string, end: string) => {
      const result = byCase.get(name);
      return result === undefined ? whole : `${begin}\n${machineText(result)}\n\n${resultText(result)}\n\n${end}`;
    },
  );
}

import { ACTION, type ActionFile, MERGE, readActionFile } from "../support/action-run.ts";

/** Parts of docs/action.md that are written from the action files, by the name of their marker. */
export function actionParts(): Readonly<Record<string, string>> {
  const [build, merge] = [readActionFile(ACTION), readActionFile(MERGE)];
  return {
    inputs: inputTable(build),
    outputs: outputTable(build),
    "merge-inputs": inputTable(merge),
    "merge-outputs": outputTable(merge),
  };
}

function inputTable({ inputs }: ActionFile): string {
  const rows = Object.entries(inputs).map(([name, { description, default: text }]) => {
    return `| \`${name}\` | ${escaped(description)} | ${text === undefined ? "" : `\`${text}\``} |`;
  });
  return ["| input | | default |", "|---|---|---|", ...rows].join("\n");
}

function outputTable({ outputs }: ActionFile): string {
  const rows = Object.entries(outputs).map(([name, { description }]) => `| \`${name}\` | ${escaped(description)} |`);
  return ["| output | |", "|---|---|", ...rows].join("\n");
}

function escaped(text: string): string {
  return text.replaceAll("|", "\\|");
}

import { ACTION, type ActionFile, MERGE, readActionFile, readReusable } from "../support/action-run.ts";

/** Parts of docs/action.md that are written from the action files, by the name of their marker. */
export function actionParts(): Readonly<Record<string, string>> {
  const [build, merge] = [readActionFile(ACTION), readActionFile(MERGE)];
  const workflow = readReusable().on.workflow_call;
  return {
    inputs: inputTable(build),
    outputs: outputTable(build),
    "merge-inputs": inputTable(merge),
    "merge-outputs": outputTable(merge),
    "workflow-inputs": inputTable(workflow),
    "workflow-outputs": outputTable(workflow),
  };
}

interface Inputs {
  readonly inputs: Readonly<Record<string, { readonly description: string; readonly default?: unknown }>>;
}

function inputTable({ inputs }: Inputs): string {
  const rows = Object.entries(inputs).map(([name, { description, default: text }]) => {
    return `| \`${name}\` | ${escaped(description)} | ${text === undefined ? "" : `\`${text}\``} |`;
  });
  return ["| input | | default |", "|---|---|---|", ...rows].join("\n");
}

function outputTable({ outputs }: Pick<ActionFile, "outputs">): string {
  const rows = Object.entries(outputs).map(([name, { description }]) => `| \`${name}\` | ${escaped(description)} |`);
  return ["| output | |", "|---|---|", ...rows].join("\n");
}

function escaped(text: string): string {
  return text.replaceAll("|", "\\|");
}

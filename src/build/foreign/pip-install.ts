import { type CommandOutcome, type CommandState, installed } from "./command-outcome.ts";

/** Options that take a value and change nothing of what is installed here. */
const IDLE_VALUES =
  /^--(?:timeout|retries|cache-dir|progress-bar|python|index-strategy|link-mode|config-settings?|log|root-user-action|global-option|constraint-dependencies)$/;

interface Install {
  readonly packages: string[];
  readonly requirements: string[];
  readonly constraints: string[];
  readonly extraIndexUrl: string[];
  readonly findLinks: string[];
  readonly trustedHost: string[];
  readonly notes: string[];
  readonly refused: string[];
  indexUrl?: string;
  project?: readonly string[];
  pre?: boolean;
}

/** `pip install …`, `python -m pip install …`, `uv pip install …`. */
export function pipInstall(words: readonly string[]): CommandOutcome | undefined {
  const rest = argumentsOf(words);
  if (rest === undefined) return undefined;
  const install: Install = {
    packages: [],
    requirements: [],
    constraints: [],
    extraIndexUrl: [],
    findLinks: [],
    trustedHost: [],
    notes: [],
    refused: [],
  };
  const queue = [...rest];
  for (let word = queue.shift(); word !== undefined; word = queue.shift()) read(word, queue, install);
  const [refused] = install.refused;
  if (refused !== undefined)
    return { done: false, reason: refused, wayOut: "leave the option out, and name a wheel with find-links" };
  return installed(stateOf(install), install.notes);
}

function argumentsOf(words: readonly string[]): readonly string[] | undefined {
  const text = words.join(" ");
  const head = /^(?:(?:\S*\/)?python[\d.]* -m |uv )?(?:\S*\/)?pip[\d.]* (?:-\S+ )*install(?: |$)/.exec(text);
  if (head === null) return undefined;
  return words.slice(words.indexOf("install") + 1);
}

function read(word: string, queue: string[], install: Install): void {
  const equals = word.startsWith("--") ? word.indexOf("=") : -1;
  const name = equals < 0 ? word : word.slice(0, equals);
  const value = (): string => (equals < 0 ? (queue.shift() ?? "") : word.slice(equals + 1));
  if (name === "-r" || name === "--requirement") install.requirements.push(value());
  else if (name === "-c" || name === "--constraint") install.constraints.push(value());
  else if (name === "-e" || name === "--editable") addPackage(value(), install);
  else if (name === "-i" || name === "--index-url") install.indexUrl = value();
  else if (name === "--extra-index-url") install.extraIndexUrl.push(value());
  else if (name === "-f" || name === "--find-links") install.findLinks.push(value());
  else if (name === "--trusted-host") install.trustedHost.push(value());
  else if (name === "--pre") install.pre = true;
  else if (name === "--no-deps") install.notes.push("--no-deps is not heeded: what the package needs comes too");
  else if (/^--(?:target|prefix|root)$/.test(name)) value();
  else if (IDLE_VALUES.test(name)) value();
  else if (name === "--no-build-isolation") install.refused.push("a build without isolation needs the finished image");
  else if (!name.startsWith("-")) addPackage(word, install);
}

/** pip itself and its like are no part of an image of ours. */
const TOOLS = /^(?:pip|setuptools|wheel|uv|poetry|pdm|pipenv|virtualenv)(?:$|[=<>~!\s])/;

function addPackage(text: string, install: Install): void {
  const own = /^(?:\.|\.\/)(?:\[([^\]]*)\])?$/.exec(text);
  if (own !== null) install.project = (own[1] ?? "").split(",").filter((extra) => extra !== "");
  else if (/^[./]/.test(text) && !text.endsWith(".whl")) install.refused.push(`${text} is a path in the image`);
  else if (!TOOLS.test(text)) install.packages.push(text);
}

function stateOf({
  packages,
  notes: _notes,
  refused: _refused,
  project,
  pre,
  indexUrl,
  ...lists
}: Install): CommandState {
  const named = Object.entries(lists).filter(([, list]) => list.length > 0);
  return {
    ...Object.fromEntries(named),
    ...(packages.length === 0 ? {} : { packages }),
    ...(indexUrl === undefined ? {} : { indexUrl }),
    ...(pre === true ? { prerelease: "allow" as const } : {}),
    ...(project === undefined ? {} : { installProject: true }),
    ...(project === undefined || project.length === 0 ? {} : { extras: project }),
  };
}

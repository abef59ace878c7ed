import type { InputContext } from "../../input/input.ts";
import type { RequirementsInput } from "../../input/request.ts";
import type { ForeignPlan } from "./state.ts";

export type ReadBeside = (name: string) => string | undefined;

/** A file with which another tool makes images. Add one: a file here and an entry below. */
export interface ForeignFormat {
  readonly name: string;
  /** The file that is looked for where nothing of ours configures an image. */
  readonly detected?: string;
  /** By the file's base name. */
  matches(baseName: string): boolean;
  /** Throws CONFIG_INVALID with every fault, each with its place. `beside` reads files from the folder of this one. */
  plan(file: string, text: string, beside: ReadBeside): Promise<ForeignPlan>;
  /** What the file itself asks for, where it lists packages among other things. */
  request?(text: string, context: InputContext): Promise<RequirementsInput>;
}

const cog: ForeignFormat = {
  name: "cog.yaml",
  detected: "cog.yaml",
  matches: (baseName) => /^cog(?:[-_.].*)?\.ya?ml$/.test(baseName),
  plan: async (file, text, beside) => (await import("./cog.ts")).readCogPlan(file, text, beside),
  request: async (text, context) => (await import("./cog.ts")).readCogRequest(text, context),
};

const dockerfile: ForeignFormat = {
  name: "Dockerfile",
  matches: (baseName) => /^(?:(?:docker|container)file(?:\..*)?|.*\.(?:docker|container)file)$/i.test(baseName),
  plan: async (file, text) => (await import("./dockerfile.ts")).readDockerfilePlan(file, text),
};

export const foreignFormats: readonly ForeignFormat[] = [cog, dockerfile];

import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { OciasmError, systemCode } from "../errors.ts";
import { decodeFamilies, type PackageFamily } from "../layers/families.ts";
import { decodePolicy, type LayerPolicy } from "../layers/policy.ts";
import type { InstallScheme } from "../layers/recipe.ts";
import { decodeScheme } from "../layers/scheme.ts";

/** The data in layout/ that decides where every byte lands. */
export interface LayoutData {
  readonly families: readonly PackageFamily[];
  readonly policy: LayerPolicy;
  readonly scheme: InstallScheme;
}

const LAYOUT = new URL("../../../layout/", import.meta.url);
const POLICY_NAME = /^[a-z][a-z-]*$/;

/** `policy` is the name of one that is shipped, or a file. Throws CONFIG_INVALID. */
export async function readLayoutData(policy: string, context: string): Promise<LayoutData> {
  const [families, scheme] = await Promise.all([shipped("families.yaml"), shipped("schemes/venv.yaml")]);
  return {
    families: decodeFamilies(families.text, families.file),
    scheme: decodeScheme(scheme.text, scheme.file),
    policy: await readPolicy(policy, context),
  };
}

async function readPolicy(name: string, context: string): Promise<LayerPolicy> {
  const source = POLICY_NAME.test(name) ? new URL(`policies/${name}.yaml`, LAYOUT) : resolve(context, name);
  try {
    return decodePolicy(await readFile(source, "utf8"), POLICY_NAME.test(name) ? `layout/policies/${name}.yaml` : name);
  } catch (error) {
    if (systemCode(error) !== "ENOENT") throw error;
    throw new OciasmError("CONFIG_INVALID", `there is no layer policy \`${name}\``, {
      hint: "use auto, one or per-package, or the path of a policy file",
    });
  }
}

async function shipped(name: string): Promise<{ readonly text: string; readonly file: string }> {
  return { text: await readFile(new URL(name, LAYOUT), "utf8"), file: `layout/${name}` };
}

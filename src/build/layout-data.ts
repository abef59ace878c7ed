import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { OciasmError, systemCode } from "../errors.ts";
import type { PackageFamily } from "../layers/families.ts";
import type { LayerPolicy } from "../layers/policy.ts";
import type { InstallScheme } from "../layers/recipe.ts";
import type { KeyIndex } from "../store/blob-store.ts";
import { rememberTexts } from "../store/remember.ts";

/** The data in layout/ that decides where every byte lands. */
export interface LayoutData {
  readonly families: readonly PackageFamily[];
  readonly policy: LayerPolicy;
  readonly scheme: InstallScheme;
}

const LAYOUT = new URL("../../../layout/", import.meta.url);
const POLICY_NAME = /^[a-z][a-z-]*$/;

const BUCKET = "layout";
/** Part of the key: raise it when the same text may be read as something else. */
const FORMAT = 2;

/** `policy` is the name of one that is shipped, or a file. Throws CONFIG_INVALID. */
export async function readLayoutData(policy: string, context: string, index: KeyIndex): Promise<LayoutData> {
  const families = await shipped("families.yaml");
  const scheme = await shipped("schemes/venv.yaml");
  const chosen = await policyText(policy, context);
  const texts = [families.text, scheme.text, chosen.text, chosen.file];
  return rememberTexts(index, BUCKET, FORMAT, texts, async () => {
    const [{ decodeFamilies }, { decodeScheme }, { decodePolicy }] = await Promise.all([
      import("../layers/families.ts"),
      import("../layers/scheme.ts"),
      import("../layers/policy.ts"),
    ]);
    return {
      families: decodeFamilies(families.text, families.file),
      scheme: decodeScheme(scheme.text, scheme.file),
      policy: decodePolicy(chosen.text, chosen.file),
    };
  });
}

interface NamedText {
  readonly text: string;
  readonly file: string;
}

async function policyText(name: string, context: string): Promise<NamedText> {
  try {
    if (POLICY_NAME.test(name)) return await shipped(`policies/${name}.yaml`);
    return { text: await readFile(resolve(context, name), "utf8"), file: name };
  } catch (error) {
    if (systemCode(error) !== "ENOENT") throw error;
    throw new OciasmError("CONFIG_INVALID", `there is no layer policy \`${name}\``, {
      hint: "use auto, one, per-package or classic, or the path of a policy file",
    });
  }
}

async function shipped(name: string): Promise<NamedText> {
  return { text: await readFile(new URL(name, LAYOUT), "utf8"), file: `layout/${name}` };
}

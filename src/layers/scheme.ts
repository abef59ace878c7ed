import type { InstallScheme } from "./recipe.ts";
import { decodeYaml, type YamlFields } from "./yaml-fields.ts";

/** Reads layout/schemes/*.yaml. Throws CONFIG_INVALID with the place of each problem. */
export function decodeScheme(text: string, file: string): InstallScheme {
  return decodeYaml(text, file, (fields) => {
    fields.only(["name", "site", "scripts", "headers", "data", "interpreter", "links"]);
    const interpreter = fields.string("interpreter") ?? "";
    if (!/^\/[^\s"'\\$`]+$/.test(interpreter))
      fields.problem("interpreter", "interpreter is not a plain absolute path");
    const links = fields.stringMap("links") ?? {};
    for (const path of Object.entries(links).flat()) {
      if (!isImagePath(path)) fields.problem("links", `${JSON.stringify(path)} is not a path without a leading slash`);
    }
    return {
      name: fields.string("name") ?? file,
      site: imagePath(fields, "site"),
      scripts: imagePath(fields, "scripts"),
      headers: imagePath(fields, "headers"),
      data: imagePath(fields, "data"),
      interpreter,
      links,
    };
  });
}

function imagePath(fields: YamlFields, key: string): string {
  const path = fields.string(key) ?? "";
  if (!isImagePath(path)) fields.problem(key, `${key} is not a path without a leading slash`);
  return path;
}

function isImagePath(path: string): boolean {
  return path !== "" && path.split("/").every((part) => part !== "" && part !== "." && part !== "..");
}

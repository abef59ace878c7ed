import type { InstallScheme } from "../layers/recipe.ts";

/** 1980-01-01, in seconds: what every entry of a base's own layers carries. */
export const BASE_MTIME = 315_532_800;

/** No wheel lands in these layers. */
export const NO_SCHEME: InstallScheme = {
  name: "none",
  site: "",
  scripts: "",
  headers: "",
  data: "",
  interpreter: "",
  links: {},
};

import { register } from "node:module";
import { toWindows } from "./names.ts";

// `node --import THIS main.js`: the program believes that it runs on Windows.
register("./hooks.js", import.meta.url);
const here = toWindows(process.cwd());
process.cwd = () => here;

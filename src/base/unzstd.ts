export { createUnzstd } from "../codec/unzstd.ts";

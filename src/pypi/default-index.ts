import { OciasmError } from "../errors.ts";
import { purlDownloadUrl } from "../net/purl.ts";

/** URL of the repository that package URLs of type `pypi` mean when they name none, with a slash at the end. */
export async function defaultIndexUrl(): Promise<string> {
  const page = await purlDownloadUrl("pkg:pypi/x@1");
  if (page?.endsWith("/x/") === true) return page.slice(0, -"x/".length);
  throw new OciasmError("BUG", "the purl library gives no default index for type pypi");
}

import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";

/** A repository at one commit. */
export interface Project {
  /** "owner/name" below OCIASM_TEST_REPOSITORIES. */
  readonly repository: string;
  readonly commit: string;
  readonly backend: string;
  /** How its wheel may differ from pip's, and why that is so. */
  readonly known?: string;
}

/** Repositories whose wheels must be those that pip makes of them. */
export const PROJECTS: readonly Project[] = [
  ["pallets/click", "2c8cd3ac958a7eb316d67f2d316c27086c4c0369", "flit_core"],
  ["pallets/itsdangerous", "672971d66a2ef9f85151e53283113f33d642dabd", "flit_core"],
  ["pypa/packaging", "053c884615f2e83d80705251b447769ec2599653", "flit_core"],
  ["encode/httpx", "ae1b9f66238f75ced3ced5e4485408435de10768", "hatchling, fancy readme"],
  ["encode/starlette", "cb8f84f5284dc301ca7a31eb732b9e140769dd48", "hatchling"],
  ["Textualize/rich", "42899d8a0a96b121a514516f4be9db44ff7aeaf3", "poetry-core"],
  ["python-poetry/tomlkit", "d8ed1e3cdb024dfc2c6f12b45a0dfd4d4d91f727", "poetry-core"],
  ["psf/requests", "1f6589ec3a1ee910f9a65cc3ceac60b26677bc0e", "setuptools, dynamic"],
  ["benoitc/gunicorn", "65ac1a3a4c0aa00960968c720d6e6bd2ac32f1b9", "setuptools, dynamic"],
  ["pytest-dev/pluggy", "e382e72789f8d791991c489d4322aa04e660b952", "setuptools_scm"],
  ["docopt/docopt", "8fea867d4220f1095dae9d6264ec5aa4031fb712", "setup.py"],
  ["Mimino666/langdetect", "5071871742170034557c0e6ec8d6e410f3d9652f", "setup.py"],
  ["frostming/unearth", "854a73f4326f93d5b33fe24541f23f754d9680ac", "pdm-backend"],
  ["tox-dev/platformdirs", "b2f29d8e8c17ac18299c2a3e1833620281bb57d2", "hatch-vcs"],
  ["pydantic/pydantic-settings", "d26fc0c3944fe68cf169f86386988bb83e3df2d8", "hatchling"],
  ["python-poetry/cleo", "8c3f1bbf82d918fc137ad40db65c446e14564aac", "poetry-core"],
  ["pdm-project/dep-logic", "b9faea551638070db4575d05f8a2a86fc8560519", "pdm-backend"],
  ["tqdm/tqdm", "f6a30fab726ab8e794a9db88b4392ce207760937", "setuptools_scm", "+ images/logo.gif; + images/tqdm.gif"],
  ["tartley/colorama", "406153f134db6b5c5391f223be46f9e8a902e6b6", "hatchling"],
  ["kjd/idna", "6ebfaab9ea718dce38a7c17ddafd7fb28b0468d4", "flit_core"],
  ["fastapi/typer", "9a7b2e83f6b62c750d6026b0de9ebf2026a8b8fa", "pdm-backend"],
  ["Alir3z4/html2text", "5cf85510a2498546d5b48ad1bf7d75b146aac591", "setuptools_scm", "bytes of html2text/_version.py"],
  ["pyparsing/pyparsing", "efd56db4e59f36b1673ce0eb0823e3afaa9d1201", "flit_core"],
  ["litestar-org/advanced-alchemy", "2accd6e10661c5e0ed5e13e2149020879b71bbda", "hatchling"],
  ["adamchainz/django-htmx", "a27556eee0ffa92829427e95c7d8e2bf997a4bb0", "uv_build"],
].map(([repository = "", commit = "", backend = "", known]) => ({
  repository,
  commit,
  backend,
  ...(known === undefined ? {} : { known }),
}));

/**
 * The files of a repository at a commit, in a folder of `to` that is a repository again, tagged v9.8.7 so that tools
 * which ask version control get an answer. `from` is where repositories lie: a URL or a folder.
 */
export function checkOut(
  { repository, commit }: Pick<Project, "repository" | "commit">,
  from: string,
  to: string,
): string {
  const folder = join(to, repository.slice(repository.indexOf("/") + 1));
  if (existsSync(join(folder, ".git"))) return folder;
  mkdirSync(folder, { recursive: true });
  const git = (...words: readonly string[]) => execFileSync("git", ["-C", folder, ...words], { stdio: "ignore" });
  git("init", "--quiet");
  git("fetch", "--quiet", "--depth", "1", `${from.replace(/\/+$/, "")}/${repository}`, commit);
  git("checkout", "--quiet", "FETCH_HEAD");
  git("tag", "v9.8.7");
  return folder;
}

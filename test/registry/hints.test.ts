import assert from "node:assert/strict";
import { test } from "node:test";
import { hintFor, uploadStartHint } from "../../src/registry/hints.ts";

const ECR = "123456789012.dkr.ecr.eu-west-1.amazonaws.com";

/** What registries were seen to say: code, message, host, and what the hint is about. */
const ROWS: readonly (readonly [code: string, message: string, host: string, hint: RegExp | undefined])[] = [
  ["DENIED", "permission_denied: write_package", "ghcr.io", /write access .* Manage Actions access/],
  ["DENIED", "Your authorization token has expired. Reauthenticate and try again.", ECR, /log in again/],
  ["NAME_UNKNOWN", "The repository with name 'x' does not exist in the registry with id '1'", ECR, /create-repository/],
  ["NAME_UNKNOWN", "repository name not known to registry", ECR, /aws ecr create-repository/],
  ["NAME_UNKNOWN", "repository name not known to registry", "registry.example", /create the repository/],
  ["DENIED", "requested access to the resource is denied", "registry-1.docker.io", /docker\.io\/NAME/],
  ["UNAUTHORIZED", "authentication required", "registry.example", /docker login/],
  [
    "DENIED",
    'Permission "artifactregistry.repositories.uploadArtifacts" denied',
    "pkg.example",
    /Artifact Registry Writer/,
  ],
  ["UNAUTHORIZED", "project team not found", "harbor.example", /create the project/],
  ["DENIED", "adding 1.0 GiB will exceed the configured upper limit of 5 GiB", "harbor.example", /free space/],
  ["UNKNOWN", "something", "registry.example", undefined],
];

test("what registries say when they refuse is explained", () => {
  for (const [code, message, host, expected] of ROWS) {
    const denied = code === "DENIED" || code === "UNAUTHORIZED";
    const hint = hintFor({ codes: [code], digests: [], text: `${code}: ${message}` }, denied, host);
    if (expected === undefined) assert.equal(hint, undefined);
    else assert.match(hint ?? "", expected);
  }
});

test("a cut on the first request to ECR is explained by a repository that is missing", () => {
  assert.match(uploadStartHint(ECR, "team/app") ?? "", /create-repository.*team\/app/);
  assert.equal(uploadStartHint("registry.example", "team/app"), undefined);
});

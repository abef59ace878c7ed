import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { defaultNames } from "../../src/action/default-names.ts";
import { temporaryFolder } from "../support/temporary.ts";

const NAME = "ghcr.io/owner/repo.py";
const namesOf = (ref: string, more: Readonly<Record<string, string>> = {}) =>
  defaultNames({ GITHUB_REPOSITORY: "Owner/Repo.py", GITHUB_REF: ref, ...more });

test("branches, tags and pull requests each have a tag that a registry takes", async () => {
  for (const [ref, tag] of [
    ["refs/heads/main", "main"],
    ["refs/heads/feature/ÄB c", "feature-B-c"],
    ["refs/tags/v1.2.3+build", "v1.2.3-build"],
    ["refs/tags/.-x", "x"],
    ["refs/pull/12/merge", "pr-12"],
    [`refs/heads/${"x".repeat(200)}`, "x".repeat(128)],
  ] as const) {
    assert.deepEqual((await namesOf(ref)).tags, [`${NAME}:${tag}`], ref);
  }
});

test("a new branch takes layers from where it goes, else from the default branch", async (t) => {
  const event = join(temporaryFolder(t), "event.json");
  writeFileSync(event, JSON.stringify({ repository: { default_branch: "trunk" } }));
  const from = async (ref: string, more: Readonly<Record<string, string>>) => (await namesOf(ref, more)).cacheFrom;
  assert.deepEqual(await from("refs/pull/1/merge", { GITHUB_BASE_REF: "next", GITHUB_EVENT_PATH: event }), [
    `${NAME}:next`,
  ]);
  assert.deepEqual(await from("refs/heads/topic", { GITHUB_EVENT_PATH: event }), [`${NAME}:trunk`]);
  assert.deepEqual(await from("refs/heads/trunk", { GITHUB_EVENT_PATH: event }), []);
  writeFileSync(event, "null");
  assert.deepEqual(await from("refs/heads/topic", { GITHUB_EVENT_PATH: event }), []);
  assert.deepEqual(await from("refs/heads/topic", {}), []);
});

test("nothing is guessed without a repository of github.com", async () => {
  const none = { tags: [], cacheFrom: [] };
  assert.deepEqual(await defaultNames({ GITHUB_REF: "refs/heads/main" }), none);
  assert.deepEqual(await defaultNames({ GITHUB_REPOSITORY: "o/r" }), none);
  assert.deepEqual(await namesOf("refs/heads/main", { GITHUB_SERVER_URL: "https://git.example" }), none);
  assert.deepEqual(await namesOf("refs/heads/é"), none);
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { type RouteRequest, routeOf } from "../../src/action/route.ts";

const DIGEST = `sha256:${"a".repeat(64)}` as const;
const TAGS = ["r.example/a:1", "r.example/a:2", "s.example/b"];
const NAMED = ["--tag=r.example/a:1", "--tag=r.example/a:2", "--tag=s.example/b"];
const BY_DIGEST = ["r.example/a", "s.example/b"].map(
  (name) => `--output=type=registry,push-by-digest=true,name=${name}`,
);

const route = (more: Partial<RouteRequest>) => {
  const none = { push: false, pushByDigest: false, hasOutputs: false, configured: [], isChecked: false, folder: "/t" };
  const { words, held, image } = routeOf({ tags: TAGS, ...none, ...more });
  return { words, held, image: image(DIGEST) };
};

test("what is pushed has its tags at once, or after its checks, or never", () => {
  assert.deepEqual(route({ push: true }).words, [...NAMED, "--push"]);
  const image = `docker://r.example/a@${DIGEST}`;
  assert.deepEqual(route({ push: true, isChecked: true }), { words: [...NAMED, ...BY_DIGEST], held: TAGS, image });
  assert.deepEqual(route({ pushByDigest: true }), { words: BY_DIGEST, held: [], image });
  for (const tagless of [{ push: true }, { pushByDigest: true }, { push: true, isChecked: true }]) {
    assert.throws(() => route({ ...tagless, tags: [] }), { code: "USAGE" });
  }
});

test("what is not pushed is looked at in the local store, else in a folder of the step", () => {
  assert.deepEqual(route({ hasOutputs: true }).words, NAMED);
  assert.deepEqual(route({ isChecked: true }), { words: NAMED, held: [], image: "r.example/a:1" });
  const folder = ["--output=type=oci,dest=/t/image,tar=false"];
  const image = `oci:/t/image@${DIGEST}`;
  assert.deepEqual(route({ isChecked: true, hasOutputs: true }), { words: [...NAMED, ...folder], held: [], image });
  const configured = ["type=oci,dest=out.tar"];
  assert.deepEqual(route({ isChecked: true, hasOutputs: true, configured }).words, [
    ...[...NAMED, "--output=type=oci,dest=out.tar"],
    ...folder,
  ]);
  assert.deepEqual(route({ isChecked: true, tags: [] }), { words: folder, held: [], image });
});

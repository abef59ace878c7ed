import assert from "node:assert/strict";
import { test } from "node:test";
import { OciasmError } from "../../src/errors.ts";
import { type Accounts, accountSources, NONROOT } from "../../src/layers/accounts.ts";

const base = { passwd: "root:x:0:0:root:/root:/bin/sh", group: "root:x:0:\n" };

function textsOf(files: typeof base, accounts: Partial<Accounts>): Readonly<Record<string, string>> {
  const sources = accountSources(files, { users: [], groups: [], ...accounts });
  return Object.fromEntries(
    sources.flatMap((source) => (source.type === "text" ? [[source.path, source.text] as const] : [])),
  );
}

test("the user nonroot comes after the base's lines, with a home that group 0 may write to", () => {
  const sources = accountSources(base, { users: [NONROOT], groups: [] });
  assert.deepEqual(sources, [
    {
      type: "text",
      path: "etc/passwd",
      mode: 0o644,
      text: `${base.passwd}\nnonroot:x:65532:65532:nonroot:/home/nonroot:/sbin/nologin\n`,
    },
    { type: "text", path: "etc/group", mode: 0o644, text: "root:x:0:\nnonroot:x:65532:\n" },
    { type: "directory", path: "home/nonroot", mode: 0o770, uid: 65532, gid: 0 },
  ]);
});

test("a user may have a shell, a home and a group that is named by itself", () => {
  const users = [{ name: "app", uid: 1000, gid: 2000, shell: "/bin/bash", home: "/srv/app/" }];
  const groups = [{ name: "ml", gid: 2000, members: ["app", "root"] }];
  assert.deepEqual(textsOf(base, { users, groups }), {
    "etc/passwd": `${base.passwd}\napp:x:1000:2000:app:/srv/app/:/bin/bash\n`,
    "etc/group": "root:x:0:\nml:x:2000:app,root\n",
  });
  assert.deepEqual(accountSources(base, { users, groups }).at(-1), {
    type: "directory",
    path: "srv/app",
    mode: 0o700,
    uid: 1000,
    gid: 2000,
  });
});

test("a base without account files gets them, and no home is made at /nonexistent", () => {
  const users = [{ name: "svc", uid: 5, home: "/nonexistent" }];
  assert.deepEqual(
    accountSources({ passwd: "", group: "" }, { users, groups: [] }).map((source) => "path" in source && source.path),
    ["etc/passwd", "etc/group"],
  );
});

test("a name or a number that is taken is an error that shows the line", () => {
  const clash = (accounts: Partial<Accounts>) => () => textsOf(base, accounts);
  const shows = (line: string) => (error: unknown) =>
    error instanceof OciasmError && error.code === "CONFIG_INVALID" && error.message.includes(line);
  assert.throws(clash({ users: [{ name: "root", uid: 7 }] }), shows("root:x:0:0:root:/root:/bin/sh"));
  assert.throws(clash({ users: [{ name: "toor", uid: 0 }] }), shows("/etc/passwd"));
  assert.throws(clash({ groups: [{ name: "wheel", gid: 0 }] }), shows("root:x:0:"));
});

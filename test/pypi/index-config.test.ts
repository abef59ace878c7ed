import assert from "node:assert/strict";
import { test } from "node:test";
import type { IndexOptions } from "../../src/input/input.ts";
import { defaultIndexUrl } from "../../src/pypi/default-index.ts";
import { type IndexConfigRequest, readIndexConfig } from "../../src/pypi/index-config.ts";

const LOCK: IndexOptions = {
  indexUrl: "https://lock.example/simple",
  extraIndexUrls: [],
  findLinks: [],
  noIndex: false,
  trustedHosts: [],
  onlyBinary: [],
  noBinary: [],
  pre: false,
};

function read(request: Partial<IndexConfigRequest>, files: Readonly<Record<string, string>> = {}) {
  const readText = async (path: string): Promise<string | undefined> => files[path];
  return readIndexConfig({ flags: {}, environment: { HOME: "/home/u" }, readText, ...request });
}

async function mainIndex(...given: Parameters<typeof read>): Promise<string | undefined> {
  return (await read(...given)).indexes[0]?.url;
}

test("flags come before pip's environment, its files, uv, the lock and the default", async () => {
  const flags = { indexUrl: "https://flag.example/simple" };
  const files = { "/home/u/.config/pip/pip.conf": "[global]\nindex-url = https://file.example/simple\n" };
  const uv = {
    text: '[[tool.uv.index]]\nurl = "https://uvfile.example"\ndefault = true\n',
    kind: "pyproject.toml",
  } as const;
  const both = {
    HOME: "/home/u",
    PIP_INDEX_URL: "https://env.example/simple",
    UV_DEFAULT_INDEX: "https://uv.example/simple",
  };
  const onlyUv = { HOME: "/home/u", UV_INDEX_URL: "https://uv.example/simple" };
  assert.equal(await mainIndex({ flags, environment: both, uv, lock: LOCK }, files), "https://flag.example/simple/");
  assert.equal(await mainIndex({ environment: both, uv, lock: LOCK }, files), "https://env.example/simple/");
  assert.equal(await mainIndex({ environment: onlyUv, uv, lock: LOCK }, files), "https://file.example/simple/");
  assert.equal(await mainIndex({ environment: onlyUv, uv, lock: LOCK }), "https://uv.example/simple/");
  assert.equal(await mainIndex({ uv, lock: LOCK }), "https://uvfile.example/");
  assert.equal(await mainIndex({ lock: LOCK }), "https://lock.example/simple/");
  const none = await read({});
  assert.equal(none.indexes[0]?.url, await defaultIndexUrl());
  assert.equal(none.isDefault, true);
  assert.equal((await read({ lock: LOCK })).isDefault, false);
});

test("the default repository is where project names follow", async () => {
  assert.match(await defaultIndexUrl(), /^https:\/\/.+\/simple\/$/);
});

test("pip's files override each other in pip's order, and [install] overrides [global]", async () => {
  const conf = (host: string, section = "global"): string => `[${section}]\nindex_url = https://${host}.example\n`;
  const files = {
    "/etc/pip.conf": conf("system"),
    "/home/u/.pip/pip.conf": conf("legacy"),
    "/x/pip/pip.conf": conf("user"),
    "/venv/pip.conf": conf("site"),
    "/named.conf": conf("named"),
  };
  const environment = { HOME: "/home/u" };
  assert.equal(await mainIndex({ environment }, files), "https://legacy.example/");
  assert.equal(
    await mainIndex({ environment: { ...environment, XDG_CONFIG_HOME: "/x" } }, files),
    "https://user.example/",
  );
  assert.equal(await mainIndex({ environment: { VIRTUAL_ENV: "/venv" } }, files), "https://site.example/");
  assert.equal(
    await mainIndex({ environment: { VIRTUAL_ENV: "/venv", PIP_CONFIG_FILE: "/named.conf" } }, files),
    "https://named.example/",
  );
  assert.equal((await read({ environment: { PIP_CONFIG_FILE: "/dev/null" } }, files)).isDefault, true);
  const sections = { "/etc/pip.conf": conf("install", "install") + conf("global") };
  assert.equal(await mainIndex({}, sections), "https://install.example/");
});

test("further indexes and links add up, each once, and keep their logins out of the URLs", async () => {
  const config = await read({
    flags: { extraIndexUrls: ["https://a.example/s"], findLinks: ["/wheels"] },
    environment: {
      PIP_EXTRA_INDEX_URL: "https://u:canary@b.example/s https://a.example/s/",
      PIP_FIND_LINKS: "/opt/w https://u:canary@links.example/x.html",
      UV_INDEX: "corp=https://c.example/s",
      UV_INDEX_CORP_USERNAME: "me",
      UV_INDEX_CORP_PASSWORD: "canary",
    },
    lock: LOCK,
  });
  assert.deepEqual(
    config.indexes.map((index) => [index.url, index.login?.user]),
    [
      ["https://lock.example/simple/", undefined],
      ["https://a.example/s/", undefined],
      ["https://b.example/s/", "u"],
      ["https://c.example/s/", "me"],
    ],
  );
  assert.deepEqual(
    config.findLinks.map((links) => [links.location, links.required]),
    [
      ["/wheels", true],
      ["/opt/w", false],
      ["https://links.example/x.html", false],
    ],
  );
});

test("no-index leaves the links, from a flag, the environment or a file", async () => {
  for (const config of [
    await read({ flags: { noIndex: true }, lock: LOCK }),
    await read({ environment: { PIP_NO_INDEX: "1" } }),
    await read({}, { "/etc/pip.conf": "[install]\nno-index = true" }),
  ]) {
    assert.deepEqual(config.indexes, []);
    assert.equal(config.isDefault, false);
  }
  assert.equal((await read({ environment: { PIP_NO_INDEX: "0" } })).indexes.length, 1);
});

test("uv's first-index asks further indexes first; explicit ones are left out", async () => {
  const text = '[[index]]\nurl = "https://torch.example"\nexplicit = true\n[[index]]\nurl = "https://x.example"\n';
  const config = await read({
    environment: { UV_INDEX_STRATEGY: "first-index", PIP_INDEX_URL: "https://main.example" },
    uv: { text, kind: "uv.toml" },
  });
  assert.deepEqual(
    config.indexes.map((index) => index.url),
    ["https://x.example/", "https://main.example/"],
  );
});

test("an index URL that is none is refused without its secrets", async () => {
  await assert.rejects(read({ flags: { indexUrl: "index.example/simple?canary" } }), {
    code: "CONFIG_INVALID",
    message: '"index.example/simple" is no URL of a package index',
  });
});

test("indexes that a project names are asked before the default one, explicit ones only by name", async () => {
  const named = [
    { name: "extra", url: "https://extra.example/simple", explicit: false, default: false },
    { name: "gpu", url: "https://gpu.example/whl", explicit: true, default: false },
    { name: "main", url: "https://main.example/simple", explicit: false, default: true },
  ];
  const environment = { UV_INDEX_STRATEGY: "first-index", UV_INDEX_GPU_USERNAME: "me", UV_INDEX_GPU_PASSWORD: "it" };
  const uv = {
    text: '[[index]]\nname = "cpu"\nurl = "https://cpu.example/"\nexplicit = true\n',
    kind: "uv.toml" as const,
  };
  const config = await readIndexConfig({ flags: {}, environment, readText: async () => undefined, named, uv });
  assert.deepEqual(
    config.indexes.map((index) => index.url),
    ["https://extra.example/simple/", "https://main.example/simple/"],
  );
  assert.deepEqual(config.explicit, [
    { url: "https://cpu.example/", name: "cpu" },
    { url: "https://gpu.example/whl/", name: "gpu", login: { user: "me", password: "it" } },
  ]);
});

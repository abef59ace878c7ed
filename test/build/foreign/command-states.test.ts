import assert from "node:assert/strict";
import { test } from "node:test";
import type { CommandOutcome } from "../../../src/build/foreign/command-outcome.ts";
import { commandOutcomes } from "../../../src/build/foreign/command-states.ts";

const one = (text: string): CommandOutcome => {
  const [first, second] = commandOutcomes(text);
  assert.ok(first !== undefined && second === undefined, text);
  return first;
};

const state = (text: string): unknown => {
  const outcome = one(text);
  assert.ok(outcome.done, text);
  return outcome.state;
};

test("pip install is packages, files and indexes, under each of its names", () => {
  for (const pip of ["pip", "pip3", "python -m pip", "python3.11 -m pip", "uv pip", "/opt/venv/bin/pip", "sudo pip"]) {
    assert.deepEqual(state(`${pip} install --no-cache-dir -U 'numpy<2' torch==2.1.0`), {
      packages: ["numpy<2", "torch==2.1.0"],
    });
  }
  assert.deepEqual(
    state("pip install -r a.txt --requirement=b.txt -c c.txt -f wheels --extra-index-url https://index.example/simple"),
    {
      requirements: ["a.txt", "b.txt"],
      constraints: ["c.txt"],
      findLinks: ["wheels"],
      extraIndexUrl: ["https://index.example/simple"],
    },
  );
  assert.deepEqual(state("pip install -i https://index.example --pre --target /x a"), {
    packages: ["a"],
    indexUrl: "https://index.example",
    prerelease: "allow",
  });
});

test("pip install of the project installs the project, and of pip itself nothing", () => {
  assert.deepEqual(state("pip install --no-deps -e .[gpu,web]"), { installProject: true, extras: ["gpu", "web"] });
  assert.deepEqual(state("pip install --upgrade pip setuptools wheel"), {});
  const outcome = one("pip install a --no-deps");
  assert.ok(outcome.done);
  assert.match(outcome.notes.join(), /--no-deps is not heeded/);
});

test("apt-get install is system packages, without options, versions and architectures", () => {
  assert.deepEqual(
    state("DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends a b=1.2-3 c:amd64"),
    {
      system: ["a", "b", "c"],
    },
  );
  assert.deepEqual(state("apt install -yqq -t bookworm-backports git"), { system: ["git"] });
  assert.equal(one("apt-get install ./local.deb").done, false);
});

test("tools with a lock leave the lock to detection, and keep what was chosen of it", () => {
  assert.deepEqual(state("uv sync --locked --no-dev --extra web --group=gpu"), {
    extras: ["web"],
    groups: ["gpu"],
    defaultGroups: false,
  });
  assert.deepEqual(state("poetry install --only main --no-root"), { defaultGroups: false });
  assert.deepEqual(state("pipenv install --system --deploy"), {});
});

test("what leaves nothing behind is nothing", () => {
  for (const text of ["apt-get update", "rm -rf /var/lib/apt/lists/*", "echo done", "set -eux", "python -m venv /v"]) {
    assert.deepEqual(state(text), {}, text);
  }
});

test("what has to be run is refused with a way out of its own", () => {
  const out = (text: string): string => {
    const [first] = commandOutcomes(text);
    assert.ok(first?.done === false, text);
    return `${first.reason}: ${first.wayOut}`;
  };
  assert.match(out("curl -o /usr/local/bin/pget https://files.example/pget_$(uname -s)"), /downloads.*files\.extra/);
  assert.match(out("git clone https://git.example/a && make"), /fetches sources/);
  assert.match(out("usermod -aG docker app"), /accounts\.users/);
  assert.match(out("apk add --no-cache git"), /Debian or Ubuntu/);
  assert.match(out("npm run build"), /compiles/);
  assert.match(out("python setup.py install"), /compiles/);
  assert.match(out("python manage.py collectstatic"), /nothing is run/);
  assert.match(out("pip install /tmp/src/pkg"), /path in the image/);
  assert.match(out("pip install --no-build-isolation a"), /without isolation/);
});

test("useradd and its like are accounts, whatever the spelling of their options", () => {
  const user = { kind: "user", name: "app", isSystem: false };
  const cases: readonly (readonly [text: string, wanted: object])[] = [
    ["useradd -m app", user],
    ["useradd --create-home --shell /bin/bash app", { ...user, shell: "/bin/bash" }],
    ["/usr/sbin/useradd -mu1001 -s/bin/sh app", { ...user, id: 1001, shell: "/bin/sh" }],
    [
      "useradd -rms /bin/false -d /srv -g web app",
      { ...user, isSystem: true, shell: "/bin/false", home: "/srv", group: "web" },
    ],
    ['adduser -u 5678 --disabled-password --gecos "" app', { ...user, id: 5678 }],
    [
      "adduser --system --uid=10 --ingroup users --no-create-home app",
      { ...user, isSystem: true, id: 10, group: "users" },
    ],
    ["groupadd --gid 12 app", { ...user, kind: "group", id: 12 }],
    ["addgroup --system app", { ...user, kind: "group", isSystem: true }],
  ];
  for (const [text, account] of cases) assert.deepEqual(state(text), { newAccounts: [account] }, text);
});

test("an account command that says more, or nothing that could be a name, is refused", () => {
  const texts = [
    "useradd -G docker app",
    "adduser app docker",
    "useradd",
    "useradd -u x app",
    "useradd App",
    "useradd -d srv app",
  ];
  for (const text of texts) assert.equal(one(text).done, false, text);
});

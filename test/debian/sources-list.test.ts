import assert from "node:assert/strict";
import { test } from "node:test";
import { parseSourcesLists, sourcesFor } from "../../src/debian/sources-list.ts";

test("one-line sources are read with their options", () => {
  const text = [
    "# deb http://commented.example/debian trixie main",
    "deb http://mirror.example/debian/ trixie main contrib # why",
    "deb [ arch=amd64,arm64 signed-by=/k.gpg ] https://mirror.example/s trixie-security main",
    "deb-src http://mirror.example/debian trixie main",
    "deb cdrom:[x]/ trixie main",
    "deb http://flat.example/repo ./",
  ].join("\n");
  assert.deepEqual(parseSourcesLists([{ name: "sources.list", text }]), [
    { uri: "http://mirror.example/debian", suite: "trixie", components: ["main", "contrib"], architectures: [] },
    {
      uri: "https://mirror.example/s",
      suite: "trixie-security",
      components: ["main"],
      architectures: ["amd64", "arm64"],
    },
  ]);
});

test("deb822 sources give one source for each URI and suite", () => {
  const text =
    "Types: deb deb-src\nURIs: http://a.example/debian http://b.example/debian/\nSuites: bookworm bookworm-updates\n" +
    "Components: main\nSigned-By:\n -----BEGIN PGP\n .\n x\n\n" +
    "Types: deb\nEnabled: no\nURIs: http://off.example\nSuites: bookworm\nComponents: main\n";
  const found = parseSourcesLists([{ name: "debian.sources", text }]);
  assert.deepEqual(
    found.map((source) => `${source.uri} ${source.suite}`),
    [
      "http://a.example/debian bookworm",
      "http://a.example/debian bookworm-updates",
      "http://b.example/debian bookworm",
      "http://b.example/debian bookworm-updates",
    ],
  );
});

test("a file that can't be read hides no other", () => {
  const files = [
    { name: "broken.sources", text: " what?\n" },
    { name: "good.list", text: "deb http://mirror.example/debian trixie main" },
  ];
  assert.equal(parseSourcesLists(files).length, 1);
});

test("sources for a suite carry main and the architecture", () => {
  const all = parseSourcesLists([
    {
      name: "a.list",
      text: "deb http://a.example x main\ndeb [arch=i386] http://b.example x main\ndeb http://c.example x contrib\ndeb http://d.example y main",
    },
  ]);
  assert.deepEqual(
    sourcesFor(all, "x", "amd64").map((source) => source.uri),
    ["http://a.example"],
  );
});

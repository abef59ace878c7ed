import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { escapeControl, excerpt, redactText, redactUrl } from "../../src/net/redact.ts";

fc.configureGlobal({ seed: 1 });

test("user info, query and fragment are left out of a URL", () => {
  assert.equal(
    redactUrl("https://u:canary@mirror.example:8443/a/b?c=canary#canary"),
    "https://mirror.example:8443/a/b",
  );
  assert.equal(redactUrl("https://u:can@ary@mirror.example"), "https://mirror.example");
  assert.equal(redactUrl("file:///a/b"), "file:///a/b");
  assert.equal(redactUrl("/a/b?canary"), "/a/b");
});

test("no user info survives, whatever it looks like", () => {
  fc.assert(
    fc.property(
      fc.webUrl({ withQueryParameters: true, withFragments: true }),
      fc.stringMatching(/^[0-9a-f]{8,20}$/),
      (url, secret) => {
        const parsed = new URL(url);
        parsed.username = `u${secret}`;
        parsed.password = `p${secret}`;
        assert.ok(!redactUrl(parsed.href).includes(`u${secret}`));
        assert.ok(!redactText(`see ${parsed.href} for more`).includes(`p${secret}`));
      },
    ),
  );
});

test("what a server says can't drive a terminal", () => {
  assert.equal(escapeControl("a\u001b[31mb\u202ec\n"), "a\\x1b[31mb\\u202ec\\x0a");
  assert.equal(excerpt(`  <p>\n${"x".repeat(500)}`).length, 201);
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { destinationError } from "../../src/destination/destination-error.ts";

function systemError(code: string, syscall = "write"): Error {
  return Object.assign(new Error(code), { code, syscall });
}

test("a full disk names the destination and dest=", () => {
  for (const code of ["ENOSPC", "EDQUOT", "EFBIG"]) {
    const error = destinationError(systemError(code), "out.tar");
    assert.match(String(error), /no space left for out\.tar/);
  }
});

test("a place that can't be written to is told, also where mkdir calls it missing", () => {
  for (const error of [systemError("EACCES"), systemError("EROFS"), systemError("ENOENT", "mkdir")]) {
    assert.match(String(destinationError(error, "out")), /out can't be written/);
  }
});

test("other errors pass", () => {
  for (const error of [systemError("EIO"), systemError("ENOENT", "open"), new RangeError("x")]) {
    assert.equal(destinationError(error, "out"), error);
  }
});

import assert from "node:assert/strict";
import test from "node:test";
import { deflateRawSync, gunzipSync, crc32 as zlibCrc32 } from "node:zlib";
import fc from "fast-check";
import { crc32 } from "../../src/archive/crc32.ts";
import { GZIP_HEADER, gzipTrailer } from "../../src/archive/gzip.ts";

fc.configureGlobal({ seed: 1 });

test("a member around a raw deflate stream is a gzip file, and members can be joined", () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 2000 })), (contents) => {
      const members = contents.map((content) =>
        Buffer.concat([GZIP_HEADER, deflateRawSync(content), gzipTrailer(zlibCrc32(content), content.length)]),
      );
      const none = Buffer.concat([GZIP_HEADER, deflateRawSync(Buffer.alloc(0)), gzipTrailer(0, 0)]);
      const all = Buffer.concat([none, ...members, none]);
      assert.deepEqual(gunzipSync(all), Buffer.concat(contents));
    }),
  );
});

test("the header tells nothing of time, name and system", () => {
  assert.equal(Buffer.from(GZIP_HEADER).toString("hex"), "1f8b08000000000000ff");
});

test("sizes beyond 4 GiB wrap around, as the format says", () => {
  assert.equal(Buffer.from(gzipTrailer(0xffffffff, 2 ** 32 + 5)).toString("hex"), "ffffffff05000000");
});

test("the checksum is zlib's, in one piece or in several", () => {
  assert.equal(crc32(Buffer.from("123456789")), 0xcbf43926);
  fc.assert(
    fc.property(fc.uint8Array(), fc.uint8Array(), (first, second) => {
      assert.equal(crc32(second, crc32(first)), zlibCrc32(Buffer.concat([first, second])));
    }),
  );
});

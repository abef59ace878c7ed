import assert from "node:assert/strict";
import { test } from "node:test";
import {
  ELF_HEADER_BYTES,
  readSectionTable,
  type StrippableBytes,
  strippableBytes,
} from "../../src/debian/elf-sections.ts";
import { elfWithSections } from "../support/elf-sections.ts";
import { mutate, xorshift } from "../support/mutate.ts";

function read(file: Uint8Array): StrippableBytes | undefined {
  const table = readSectionTable(file.subarray(0, ELF_HEADER_BYTES));
  if (table === undefined) return undefined;
  return strippableBytes(
    table,
    file.subarray(table.offset, table.offset + table.length),
    file.subarray(0, table.offset),
  );
}

test("symbols with their strings and debug information are what strip would take", () => {
  assert.deepEqual(read(elfWithSections({ symbols: 900, debug: 5000 })), { symbols: 900, debug: 5000 });
  assert.deepEqual(read(elfWithSections({ symbols: 0, debug: 0 })), { symbols: 0, debug: 0 });
});

test("names out of reach leave the symbols, and what is no ELF file says nothing", () => {
  const file = elfWithSections({ symbols: 900, debug: 5000 });
  const table = readSectionTable(file.subarray(0, ELF_HEADER_BYTES));
  assert.ok(table !== undefined);
  assert.deepEqual(strippableBytes(table, file.subarray(table.offset), new Uint8Array()), { symbols: 900, debug: 0 });
  assert.equal(read(new Uint8Array(100)), undefined);
  assert.equal(read(file.subarray(0, 40)), undefined);
});

test("100,000 damaged files are read or passed over", () => {
  const random = xorshift(11);
  const file = elfWithSections({ symbols: 60, debug: 40 });
  let passed = 0;
  for (let count = 0; count < 100_000; count++) {
    const found = read(mutate(file, random));
    if (found === undefined) passed++;
    else assert.ok(found.symbols >= 0 && found.debug >= 0);
  }
  assert.ok(passed > 1000 && passed < 99_000);
});

import assert from "node:assert/strict";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { pathToFileURL } from "node:url";
import { type BrowserOptions, type BrowserPage, findChromium, openInChromium } from "../support/chromium.ts";
import { ociasm } from "../support/cli.ts";
import { dockerArchive } from "../support/docker-archive.ts";
import { flawedLayers } from "../support/flawed-image.ts";
import { buildTar } from "../support/image.ts";
import { temporaryFolder } from "../support/temporary.ts";
import { needs } from "../support/tools.ts";

const HOSTILE = "<img src=x onerror=window.broken=1>";
const HOSTILE_END = "</script><script>window.broken=1</script>";

/** The page of an image whose files are called what hurts a careless page. */
async function page(t: TestContext): Promise<string> {
  const folder = temporaryFolder(t);
  const archive = join(folder, "image.tar");
  const hostile = await buildTar({
    [`app/${HOSTILE}/.env`]: "x".repeat(60_000),
    [`app/${HOSTILE_END.replaceAll("/", "-")}/a\u202eb`]: "y".repeat(50_000),
    "app/-->/.git/x": "z".repeat(40_000),
  });
  const madeBy = ["a", "b", HOSTILE_END, `<b>${HOSTILE}`];
  writeFileSync(
    archive,
    await dockerArchive([...(await flawedLayers()), hostile], { runtime: { WorkingDir: "/app" }, madeBy }),
  );
  const html = join(folder, "page.html");
  const words = ["analyze", `archive:${archive}`, "--html", html, "--cache-dir", join(folder, "cache")];
  const { code, stderr } = await ociasm(words);
  assert.equal(code, 0, stderr);
  assert.deepEqual(readdirSync(folder).sort(), ["cache", "image.tar", "page.html"], "nothing half-written stays");
  return html;
}

const DESK: BrowserOptions = { width: 1120, height: 900, scheme: "light" };
const PHONE: BrowserOptions = { width: 360, height: 700, scheme: "dark" };

async function open(t: TestContext, html: string, options: BrowserOptions): Promise<BrowserPage> {
  return openInChromium(t, pathToFileURL(html).href, options);
}

test("the page names no address and ends its script nowhere but at the end", async (t) => {
  const text = readFileSync(await page(t), "utf8");
  assert.equal(text.match(/<\/script>/g)?.length, 2);
  assert.doesNotMatch(text, /(src|href)\s*=\s*["'](https?:|\/\/)/);
  assert.doesNotMatch(text, /innerHTML|outerHTML|insertAdjacentHTML|document\.write/);
  assert.match(text, /default-src 'none'/);
});

test("in a browser it loads nothing, breaks nowhere, sorts by the keyboard and goes into the map and back", async (t) => {
  if (!needs(t, "Chromium", findChromium())) return;
  const { evaluate, press, problems } = await open(t, await page(t), DESK);
  assert.equal(await evaluate("window.broken"), undefined);
  assert.equal(await evaluate("document.querySelectorAll('main img, main script, main b b').length"), 0);
  assert.match(await evaluate<string>("document.querySelector('.findings').innerText"), /<img src=x onerror/);

  const first = "document.querySelector('tbody tr').innerText";
  const sort =
    "document.querySelector('th[aria-sort]').innerText + ' ' + document.querySelector('th[aria-sort]').ariaSort";
  assert.equal(await evaluate(sort), "unpacked descending");
  const largest = await evaluate(first);
  await evaluate("document.querySelector('th button').focus()");
  await press("Enter");
  assert.equal(await evaluate(sort), "package ascending");
  await press("Enter");
  assert.equal(await evaluate(sort), "package descending");
  await press("Tab");
  await press("Tab");
  await press("Enter");
  assert.equal(await evaluate(sort), "unpacked descending");
  assert.equal(await evaluate(first), largest);

  await evaluate("document.querySelectorAll('.tabs button')[1].click()");
  const crumbs = "document.querySelector('.crumbs').innerText.split('\\n').length";
  assert.equal(await evaluate(crumbs), 1);
  await evaluate("document.querySelector('.tile').focus()");
  await press("Enter");
  assert.equal(await evaluate(crumbs), 2);
  await press("ArrowRight");
  assert.equal(await evaluate("[...document.querySelectorAll('.tile')].indexOf(document.activeElement)"), 1);
  await press("Escape");
  assert.equal(await evaluate(crumbs), 1);
  assert.deepEqual(problems, []);
});

test("it is dark where dark is wanted, and fits a telephone", async (t) => {
  if (!needs(t, "Chromium", findChromium())) return;
  const { evaluate, problems } = await open(t, await page(t), PHONE);
  assert.equal(await evaluate("getComputedStyle(document.body).backgroundColor"), "rgb(20, 23, 28)");
  assert.ok((await evaluate<number>("document.documentElement.scrollWidth")) <= PHONE.width);
  const cut =
    "[...document.querySelectorAll('.tile')].filter((tile) => tile.getBoundingClientRect().right > innerWidth).length";
  assert.equal(await evaluate(cut), 0);
  assert.deepEqual(problems, []);
});

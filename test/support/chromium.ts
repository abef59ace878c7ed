import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Readable, Writable } from "node:stream";
import type { TestContext } from "node:test";
import { findTool } from "./tools.ts";

/** A page in a Chromium without a screen. */
export interface BrowserPage {
  /** The value of an expression. */
  evaluate<T>(expression: string): Promise<T>;
  /** Presses and releases a key where the focus is: "Enter", "Tab", "ArrowRight". */
  press(key: string): Promise<void>;
  /** Errors, warnings of the console, and every address but the page's own that was asked for. */
  readonly problems: readonly string[];
}

export interface BrowserOptions {
  readonly width: number;
  readonly height: number;
  readonly scheme: "light" | "dark";
}

export function findChromium(): string | undefined {
  return findTool("chromium-headless-shell") ?? findTool("chromium");
}

/** Opens `url`; the browser is gone after the test. Chrome DevTools Protocol over pipes 3 and 4. */
export async function openInChromium(t: TestContext, url: string, options: BrowserOptions): Promise<BrowserPage> {
  const profile = mkdtempSync(join(tmpdir(), "ociasm-chromium-"));
  const flags = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--remote-debugging-pipe",
    `--user-data-dir=${profile}`,
  ];
  const browser = spawn(findChromium() ?? "", [...flags, "about:blank"], {
    stdio: ["ignore", "ignore", "ignore", "pipe", "pipe"],
    detached: true,
  });
  t.after(() => {
    // What is on PATH may be a script: the browser is in its group, and holds the pipes open.
    if (browser.pid !== undefined && browser.exitCode === null) process.kill(-browser.pid, "SIGKILL");
    rmSync(profile, { recursive: true, force: true, maxRetries: 3 });
  });
  const problems: string[] = [];
  const send = protocol(browser, (method, params) => note(problems, url, method, params));
  const { targetId } = await send("Target.createTarget", { url: "about:blank" });
  const { sessionId } = await send("Target.attachToTarget", { targetId, flatten: true });
  const ask = (method: string, params: object = {}) => send(method, params, String(sessionId));
  for (const room of ["Runtime", "Log", "Page", "Network"]) await ask(`${room}.enable`);
  const { width, height, scheme } = options;
  await ask("Emulation.setDeviceMetricsOverride", { width, height, deviceScaleFactor: 1, mobile: false });
  await ask("Emulation.setEmulatedMedia", { features: [{ name: "prefers-color-scheme", value: scheme }] });
  await ask("Page.navigate", { url });
  const evaluate = async <T>(expression: string): Promise<T> => {
    const { result } = await ask("Runtime.evaluate", { expression, awaitPromise: true, returnByValue: true });
    return (result as { readonly value: T }).value;
  };
  await evaluate("new Promise((done) => document.readyState === 'complete' ? done() : addEventListener('load', done))");
  await evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))");
  const press = async (key: string): Promise<void> => {
    const text = key === "Enter" ? { text: "\r" } : {};
    const code = { Enter: 13, Tab: 9, Escape: 27, ArrowRight: 39 }[key] ?? 0;
    const event = { key, code: key, windowsVirtualKeyCode: code };
    await ask("Input.dispatchKeyEvent", { type: "keyDown", ...event, ...text });
    await ask("Input.dispatchKeyEvent", { type: "keyUp", ...event });
  };
  return { evaluate, press, problems };
}

function note(problems: string[], url: string, method: string, params: unknown): void {
  if (/exceptionThrown|entryAdded|consoleAPICalled/.test(method)) problems.push(`${method} ${JSON.stringify(params)}`);
  if (method !== "Network.requestWillBeSent") return;
  const { request } = params as { readonly request: { readonly url: string } };
  if (request.url !== url) problems.push(`asked for ${request.url}`);
}

type Answer = Readonly<Record<string, unknown>>;
type Send = (method: string, params: object, sessionId?: string) => Promise<Answer>;

function protocol(browser: ChildProcess, event: (method: string, params: unknown) => void): Send {
  const [, , , input, output] = browser.stdio as unknown as readonly [null, null, null, Writable, Readable];
  const open = new Map<
    number,
    { readonly resolve: (answer: Answer) => void; readonly reject: (error: Error) => void }
  >();
  let last = 0;
  let rest = "";
  browser.once("exit", () => {
    for (const { reject } of open.values()) reject(new Error("the browser is gone"));
  });
  output.setEncoding("utf8").on("data", (text: string) => {
    const messages = (rest + text).split("\0");
    rest = messages.pop() ?? "";
    for (const message of messages) {
      const { id, result, error, method, params } = JSON.parse(message);
      if (id === undefined) event(method, params);
      else open.get(id)?.resolve(result ?? { error });
    }
  });
  return (method, params, sessionId) =>
    new Promise((resolve, reject) => {
      last++;
      open.set(last, { resolve, reject });
      input.write(`${JSON.stringify({ id: last, method, params, sessionId })}\0`);
    });
}

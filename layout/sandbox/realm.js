// Runs in a bare JavaScript realm that holds nothing of Node: what CPython's WebAssembly build asks of a web worker is
// made here from the language alone. No process, no require, no timers, no network; `import()` and `eval` don't work.
"use strict";

(() => {
  const files = new Map();
  const lines = [];
  const MAX_LINES = 400;
  const MAX_LINE = 2000;
  const PAGE = 65_536;
  /** ENOSPC, as WASI numbers it. */
  const NO_SPACE = 51;
  const ORIGIN = "sandbox:///runtime/";
  let clock = 0;
  let random = 0x9e3779b9;
  let maxPages = 0;
  let python;

  // The clock starts at SOURCE_DATE_EPOCH and goes on by one millisecond each time that somebody looks.
  const tick = () => (clock += 1);
  const HostDate = Date;
  class SteadyDate extends HostDate {
    constructor(...parts) {
      if (parts.length === 0) super(tick());
      else super(...parts);
    }

    static now() {
      return tick();
    }
  }

  const fill = (view) => {
    const bytes = new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
    for (let at = 0; at < bytes.length; at++) {
      random ^= random << 13;
      random ^= random >>> 17;
      random ^= random << 5;
      bytes[at] = random & 255;
    }
    return view;
  };

  const bytesOf = (view) =>
    ArrayBuffer.isView(view)
      ? new Uint8Array(view.buffer, view.byteOffset, view.byteLength)
      : new Uint8Array(view ?? new ArrayBuffer(0));

  class TextDecoder {
    decode(view) {
      const bytes = bytesOf(view);
      const parts = [];
      for (let at = 0; at < bytes.length; ) {
        const first = bytes[at++];
        let code = first;
        let more = 0;
        if (first >= 0xf0) [code, more] = [first & 7, 3];
        else if (first >= 0xe0) [code, more] = [first & 15, 2];
        else if (first >= 0xc0) [code, more] = [first & 31, 1];
        for (; more > 0 && at < bytes.length; more--) code = (code << 6) | (bytes[at++] & 63);
        parts.push(String.fromCodePoint(code > 0x10ffff ? 0xfffd : code));
      }
      return parts.join("");
    }
  }

  class TextEncoder {
    encode(text) {
      const bytes = [];
      for (const character of String(text)) {
        const code = character.codePointAt(0);
        if (code < 0x80) bytes.push(code);
        else if (code < 0x800) bytes.push(0xc0 | (code >> 6), 0x80 | (code & 63));
        else if (code < 0x10000) bytes.push(0xe0 | (code >> 12), 0x80 | ((code >> 6) & 63), 0x80 | (code & 63));
        else
          bytes.push(0xf0 | (code >> 18), 0x80 | ((code >> 12) & 63), 0x80 | ((code >> 6) & 63), 0x80 | (code & 63));
      }
      return new Uint8Array(bytes);
    }
  }

  class URL {
    constructor(text, base) {
      this.href = /^[a-z]+:/.test(text) ? String(text) : String(base ?? ORIGIN).replace(/[^/]*$/, "") + text;
    }

    toString() {
      return this.href;
    }
  }

  const respond = (url) => {
    const bytes = files.get(String(url).replace(/^.*\//, ""));
    const text = async () => new TextDecoder().decode(bytes);
    return {
      ok: bytes !== undefined,
      status: bytes === undefined ? 404 : 200,
      url: String(url),
      arrayBuffer: async () => bytes.slice().buffer,
      text,
      json: async () => JSON.parse(await text()),
    };
  };

  const say = (...parts) => {
    lines.push(parts.map(String).join(" ").slice(0, MAX_LINE));
    if (lines.length > MAX_LINES) lines.splice(0, lines.length - MAX_LINES);
  };

  const soon = (run, _delay, ...rest) => {
    if (typeof run === "function") Promise.resolve().then(() => run(...rest));
    return 1;
  };
  const never = () => 1;

  // The text of a stack is made by Node, outside: it throws errors of that side where a name is no text, and hands call
  // sites to whatever calls itself Error.prepareStackTrace. Without a limit there are no stacks, and nothing is made.
  Object.defineProperty(Error, "stackTraceLimit", { get: () => undefined, set: () => {}, configurable: false });
  Object.defineProperty(Error, "prepareStackTrace", { value: undefined, writable: false, configurable: false });

  // Newer engines have promises for WebAssembly, which nothing here waits for: every node shall run the same code.
  for (const name of ["Suspending", "promising", "SuspendError"]) delete WebAssembly[name];
  const { instantiate, Memory } = WebAssembly;
  WebAssembly.instantiateStreaming = async (response, imports) =>
    instantiate(await (await response).arrayBuffer(), imports);
  WebAssembly.Memory = new Proxy(Memory, {
    construct: (_target, [options]) =>
      new Memory(options.shared === true ? options : { ...options, maximum: Math.min(maxPages, options.maximum) }),
  });

  const globals = {
    self: globalThis,
    location: { href: `${ORIGIN}worker.js`, toString: () => `${ORIGIN}worker.js` },
    navigator: { userAgent: "" },
    WorkerGlobalScope: class {
      static [Symbol.hasInstance]() {
        return true;
      }
    },
    importScripts: () => {
      throw new TypeError("there are no scripts here");
    },
    importNothing: async () => ({ default: globalThis._createPyodideModule }),
    fetch: async (url) => respond(url),
    Date: SteadyDate,
    performance: { now: tick },
    crypto: { getRandomValues: fill },
    console: { log: say, info: say, debug: say, warn: say, error: say },
    setTimeout: soon,
    setInterval: never,
    clearTimeout: never,
    clearInterval: never,
    queueMicrotask: (run) => soon(run),
    // What is thrown in its callbacks would end up outside.
    FinalizationRegistry: class {
      register() {}
      unregister() {}
    },
    AbortSignal: class {},
    AbortController: class {
      signal = {};
      abort() {}
    },
    TextDecoder,
    TextEncoder,
    URL,
  };
  for (const [name, value] of Object.entries(globals)) globalThis[name] = value;

  /** Bytes that all files together may take. */
  const boundFiles = (module, limit) => {
    const { FS } = module;
    const { MEMFS } = FS.filesystems;
    const { expandFileStorage, resizeFileStorage } = MEMFS;
    let total = 0;
    const sizeOf = (node) => node.contents?.length ?? 0;
    // Files grow by an eighth, or to twice their size while they are small.
    const bounded = (change) => (node, size) => {
      const before = sizeOf(node);
      const after = size <= before ? size : Math.max(size, before * (before < 2 ** 20 ? 2 : 1.125));
      if (total + after - before > limit) throw new FS.ErrnoError(NO_SPACE);
      change(node, size);
      total += sizeOf(node) - before;
    };
    MEMFS.expandFileStorage = bounded(expandFileStorage);
    MEMFS.resizeFileStorage = bounded(resizeFileStorage);
  };

  const folderOf = (path) => path.slice(0, Math.max(1, path.lastIndexOf("/")));

  globalThis.sandbox = Object.freeze({
    blank: (size) => new Uint8Array(size),
    addRuntimeFile: (name, bytes) => {
      files.set(name, bytes);
    },
    start: async (epoch, memory, hashSeed) => {
      clock = epoch * 1000;
      maxPages = Math.floor(memory / PAGE);
      python = await globalThis.loadPyodide({
        indexURL: ORIGIN,
        stdout: say,
        stderr: say,
        env: {
          HOME: "/home",
          LANG: "C.UTF-8",
          PATH: "/bin",
          PYTHONHASHSEED: hashSeed,
          SOURCE_DATE_EPOCH: String(epoch),
          TMPDIR: "/tmp",
          TZ: "UTC",
        },
      });
      files.clear();
      boundFiles(python._module, memory);
      return "started";
    },
    write: (path, bytes, mode) => {
      const { FS } = python;
      FS.mkdirTree(folderOf(path));
      FS.writeFile(path, bytes);
      FS.chmod(path, mode);
    },
    link: (path, target) => {
      const { FS } = python;
      FS.mkdirTree(folderOf(path));
      FS.symlink(target, path);
    },
    read: (path) => python.FS.readFile(path),
    run: (code) => {
      const value = python.runPython(code);
      return typeof value === "string" ? value : "";
    },
    log: () => lines.join("\n"),
  });
})();

import { OciasmError } from "../errors.ts";
import type { Healthcheck } from "../oci/config.ts";
import { present } from "../oci/fields.ts";
import { nanoseconds } from "./duration.ts";
import type { HealthcheckSettings, ImageSettings } from "./settings.ts";

/** `http://:8000/health`, the host being this container unless it is named. */
const URL_TEST = /^http:\/\/([A-Za-z0-9.-]*|\[[0-9a-fA-F:]+\])(:\d{1,5})?(\/[\w\-.~%!$&'()*+,;=:@/?]*)?$/;

/** Docker's health check. `interpreter` runs the test of a URL: images need no curl. Throws CONFIG_INVALID. */
export function composeHealthcheck(
  setting: NonNullable<ImageSettings["healthcheck"]>,
  interpreter: string,
): Healthcheck {
  const settings: HealthcheckSettings = typeof setting === "string" || isList(setting) ? { test: setting } : setting;
  const { test, retries } = settings;
  if (retries !== undefined && (!Number.isSafeInteger(retries) || retries < 0)) {
    throw new OciasmError("CONFIG_INVALID", `healthcheck.retries: not a whole number: ${retries}`);
  }
  const duration = (key: "interval" | "timeout" | "startPeriod" | "startInterval") => {
    const value = settings[key];
    return value === undefined ? undefined : nanoseconds(value, `healthcheck.${key}`);
  };
  return present<Healthcheck>({
    Test: test === undefined ? undefined : testCommand(test, interpreter),
    Interval: duration("interval"),
    Timeout: duration("timeout"),
    StartPeriod: duration("startPeriod"),
    StartInterval: duration("startInterval"),
    Retries: retries,
  });
}

function isList(setting: readonly string[] | HealthcheckSettings): setting is readonly string[] {
  return Array.isArray(setting);
}

function testCommand(test: string | readonly string[], interpreter: string): readonly string[] {
  if (typeof test !== "string") return listCommand(test);
  if (test === "NONE") return ["NONE"];
  if (/^https?:\/\//.test(test)) return ["CMD", interpreter, "-c", probe(test)];
  return ["CMD-SHELL", test];
}

function listCommand([first, ...rest]: readonly string[]): readonly string[] {
  if (first === undefined) throw new OciasmError("CONFIG_INVALID", "healthcheck.test: an empty list");
  if (first === "NONE" || first === "CMD" || first === "CMD-SHELL") return [first, ...rest];
  return ["CMD", first, ...rest];
}

/** Fails by exception for no answer and for a status of 400 and above; a proxy of the environment is not asked. */
function probe(url: string): string {
  const match = URL_TEST.exec(url);
  if (match === null) {
    throw new OciasmError("CONFIG_INVALID", `healthcheck: not a URL to test: ${JSON.stringify(url.slice(0, 120))}`, {
      hint: "write it as http://:8000/health",
    });
  }
  const [, host = "", port = "", path = "/"] = match;
  const target = JSON.stringify(`http://${host === "" ? "127.0.0.1" : host}${port}${path}`);
  return `import urllib.request as r; r.build_opener(r.ProxyHandler({})).open(${target}, timeout=30).close()`;
}

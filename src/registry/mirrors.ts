import { OciasmError } from "../errors.ts";
import type { Report } from "../events.ts";
import type { RegistryClient } from "./client.ts";
import { type RegistrySettings, settingsOf } from "./settings.ts";

/** A copy of a registry that is asked first, and only for reading. */
export interface Mirror {
  /** Where it has a repository; undefined once it could not be reached or let nobody in. */
  place(repository: string): Place | undefined;
  /** Says that something is read elsewhere, and leaves the mirror alone when there is no hope for it. */
  failed(error: OciasmError): void;
}

/** A repository as one host has it. */
export interface Place {
  readonly client: RegistryClient;
  readonly repository: string;
  /** The mirror's; the registry itself has none. */
  readonly failed?: Mirror["failed"];
}

interface MirrorDeps {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly report: Report;
}

/** `text` is `[http://|https://]HOST[:PORT][/PREFIX]`. Throws CONFIG_INVALID. */
export function createMirror(
  text: string,
  deps: MirrorDeps,
  connect: (host: string, settings: RegistrySettings) => RegistryClient,
): Mirror {
  const url = URL.canParse(text) && /^https?:\/\//i.test(text) ? new URL(text) : parseBare(text);
  const settings = settingsOf(url.host, deps.environment);
  const http = settings.http || url.protocol === "http:";
  const client = connect(url.host, { ...settings, http });
  const prefix = url.pathname.replace(/^\/+|\/+$/g, "");
  const warned = new Set<string>();
  let isUp = true;
  return {
    place: (repository) =>
      isUp ? { client, repository: prefix === "" ? repository : `${prefix}/${repository}` } : undefined,
    failed: (error) => {
      if (error.code === "NETWORK" || error.code === "REGISTRY_AUTH") isUp = false;
      // That a mirror lacks something is what the registry itself is there for.
      if (error.code === "IMAGE_NOT_FOUND" || warned.has(error.code)) return;
      warned.add(error.code);
      deps.report({ type: "warning", message: `mirror ${url.host} was passed over: ${error.message}` });
    },
  };
}

function parseBare(text: string): URL {
  if (/^[A-Za-z0-9[]/.test(text) && !text.includes("://") && URL.canParse(`https://${text}`))
    return new URL(`https://${text}`);
  throw new OciasmError("CONFIG_INVALID", `${JSON.stringify(text)} is no mirror`, {
    hint: "write it as HOST, HOST:PORT or HOST/PREFIX",
  });
}

/** Where to read a repository, in order; the registry itself comes last. */
export function placesOf(client: RegistryClient, repository: string): readonly Place[] {
  const mirrors = (client.mirrors ?? []).flatMap((mirror) => {
    const place = mirror.place(repository);
    return place === undefined ? [] : [{ ...place, failed: mirror.failed }];
  });
  return [...mirrors, { client, repository }];
}

/** Reads from the first place that can give it. Rejects as the last one does, or with INTERRUPTED. */
export async function readFirst<T>(places: readonly Place[], read: (place: Place) => Promise<T>): Promise<T> {
  for (const place of places) {
    try {
      return await read(place);
    } catch (error) {
      if (!passesOver(place, error)) throw error;
    }
  }
  throw new OciasmError("BUG", "nowhere to read from");
}

/** True when another place may do better; the mirror is told. */
export function passesOver(place: Place, error: unknown): boolean {
  if (place.failed === undefined || !(error instanceof OciasmError) || error.code === "INTERRUPTED") return false;
  place.failed(error);
  return true;
}

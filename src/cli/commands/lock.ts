import { relative, resolve } from "node:path";
import type { LockRequest } from "../../build/lock-request.ts";
import { type LockOutcome, lockRun } from "../../build/lock-run.ts";
import { openDeps } from "../../build/open-deps.ts";
import { withRegistries } from "../../build/registry-settings.ts";
import { OciasmError } from "../../errors.ts";
import { type Arguments, booleanFlag, listFlag, stringFlag } from "../arguments.ts";
import { readRequest } from "../build-request.ts";
import type { Session } from "../session.ts";
import type { Answer } from "../verbs.ts";
import { version } from "../version.ts";

/** Writes pylock.toml, or with --check says what would change. */
export async function lockCommand(args: Arguments, session: Session): Promise<Answer> {
  const start = performance.now();
  const request = await lockRequest(args, session);
  const deps = openDeps({
    ...session,
    environment: withRegistries(session.environment, request.config.registries, request.context),
    userAgent: `ociasm/${version()}`,
    insecureRegistries: request.config.insecureRegistries ?? [],
  });
  try {
    const outcome = await lockRun(request, deps);
    const seconds = Math.round(performance.now() - start) / 1000;
    session.report({ type: "note", message: summary(outcome, seconds) });
    return { text: request.output, json: resultOf(request, outcome, seconds) };
  } finally {
    await deps.close();
  }
}

async function lockRequest(args: Arguments, session: Session): Promise<LockRequest> {
  const request = await readRequest(args, session);
  const upgradePackages = listFlag(args, "upgrade-package") ?? [];
  const [check, upgrade] = [booleanFlag(args, "check"), booleanFlag(args, "upgrade")];
  const upgradeBase = booleanFlag(args, "upgrade-base");
  const output = resolve(stringFlag(args, "output-file") ?? resolve(request.context, "pylock.toml"));
  if (!/(?:^|[\\/])pylock(?:\.[^.\\/]+)?\.toml$/.test(output)) {
    throw new OciasmError(
      "USAGE",
      `--output-file must be called pylock.toml or pylock.NAME.toml, not ${relative(".", output)}`,
    );
  }
  const again = request.trust === "warn" ? check : true;
  if (request.trust === "frozen") {
    throw new OciasmError("USAGE", "--frozen leaves nothing to lock", { hint: "use --check to compare" });
  }
  if (again && (upgrade || upgradeBase || upgradePackages.length > 0)) {
    throw new OciasmError("USAGE", "--check and --upgrade exclude each other", { hint: "leave one of them out" });
  }
  const narrowed = ["extra", "group", "all-extras", "no-dev"].some((name) => args.flags.has(name));
  return { ...request, output, check: again, upgrade, upgradeBase, upgradePackages, narrowed };
}

function summary({ changes, document }: LockOutcome, seconds: number): string {
  const { added, removed, updated, lines, changed } = changes;
  const targets = document.ociasm.targets.map(({ platform, python }) => `${platform} Python ${python}`).join(", ");
  const what = `${document.packages.length} packages for ${targets}, in ${seconds.toFixed(1)} s`;
  if (!changed) return `nothing changed: ${what}`;
  const counts = `${added.length} added, ${updated.length} updated, ${removed.length} removed`;
  // Of a first lock every line would be an addition.
  const details = lines.length === added.length ? [] : lines;
  return [...details, `${counts}; ${what}`].join("\n");
}

function resultOf({ output }: LockRequest, { document, changes }: LockOutcome, seconds: number): unknown {
  const { changed, added, removed, updated } = changes;
  const { targets, base, inputs } = document.ociasm;
  const packages = document.packages.map(({ name, version: exact, marker, wheels }) => ({
    name,
    version: exact,
    marker: marker ?? null,
    wheels: wheels.map(({ filename, size, sha256 }) => ({ filename, size, sha256 })),
  }));
  return {
    schema: 1,
    file: output,
    changed,
    inputs,
    targets,
    base: base === undefined ? null : { name: base.name, digest: base.digest ?? null },
    packages,
    added,
    removed,
    updated,
    seconds,
  };
}

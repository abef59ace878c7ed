import { parseArgs } from "node:util";
import { PROFILE_NAMES, type ProfileName } from "./profiles.ts";
import { startFakeRegistry } from "./registry.ts";

// node build/test/fake-registry/main.js --profile ghcr --port 5000 --user ann:secret
const { values } = parseArgs({
  options: {
    profile: { type: "string", default: "spec" },
    port: { type: "string", default: "0" },
    user: { type: "string", multiple: true, default: [] },
    open: { type: "boolean", default: false },
    quiet: { type: "boolean", default: false },
  },
});

function profileNamed(name: string): ProfileName {
  const known = PROFILE_NAMES.find((one) => one === name);
  if (known !== undefined) return known;
  console.error(`no profile ${name}; there are ${PROFILE_NAMES.join(", ")}`);
  process.exit(2);
}

const registry = await startFakeRegistry({
  profile: profileNamed(values.profile),
  port: Number(values.port),
  ...(values.open ? { changes: { auth: "none" } } : {}),
  users: Object.fromEntries(
    values.user.map((text) => [text.slice(0, text.indexOf(":")), text.slice(text.indexOf(":") + 1)]),
  ),
});
console.log(`registry http://${registry.host}`);
console.log(`tokens   http://${registry.tokenHost}`);
console.log(`storage  http://${registry.storageHost}`);

let told = 0;
const tell = (): void => {
  for (const seen of registry.audit.requests.slice(told)) {
    if (seen.status === 0 && seen.order > registry.audit.requests.length - 20) break;
    console.log(
      `${seen.status} ${seen.method} ${seen.path} in=${seen.bytesIn} out=${seen.bytesOut} ${seen.authorization}`,
    );
    told = seen.order + 1;
  }
};
const timer = values.quiet ? undefined : setInterval(tell, 200);

const stop = (): void => {
  clearInterval(timer);
  void registry.close();
};
process.once("SIGINT", stop);
process.once("SIGTERM", stop);

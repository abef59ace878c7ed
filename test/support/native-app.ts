import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ociasm } from "./cli.ts";
import { podmanRun } from "./containers.ts";

// Packages whose wheels leave libraries to the system, and one whose wheel does not.

interface NativeApp {
  readonly requirements: readonly string[];
  /** Ends with an error where a library is not there. */
  readonly program: string;
}

export const NATIVE_APPS: Readonly<Record<string, NativeApp>> = {
  opencv: {
    requirements: ["opencv-python"],
    program: `
import cv2, numpy
ok, png = cv2.imencode(".png", cv2.resize(numpy.eye(8, dtype=numpy.uint8) * 255, (16, 16)))
assert cv2.imdecode(png, 0).shape == (16, 16)
print(cv2.__version__)
`,
  },
  soundfile: {
    requirements: ["soundfile"],
    program: `
import io, numpy, soundfile
sink = io.BytesIO()
soundfile.write(sink, numpy.zeros(100), 8000, format="FLAC")
assert len(soundfile.read(io.BytesIO(sink.getvalue()))[0]) == 100
print(soundfile.__version__)
`,
  },
  weasyprint: {
    requirements: ["weasyprint"],
    program: `
import weasyprint
assert weasyprint.HTML(string="<p>hello</p>").write_pdf().startswith(b"%PDF-")
print(weasyprint.__version__)
`,
  },
};

interface NativeImage {
  /** Bytes in a registry. */
  readonly size: number;
  /** Of the layer of system packages; 0 where there is none. */
  readonly systemSize: number;
  /** "libgl1=1.6.0-1". */
  readonly systemPackages: readonly string[];
  /** What the program printed, run with no network on a read-only root. */
  readonly printed: string;
}

/** Builds with `--system auto` and runs the program. `folder` has to have a name in lower case: podman makes names of paths. */
export async function runNativeApp(app: NativeApp, folder: string, cache: string): Promise<NativeImage> {
  mkdirSync(join(folder, "app"), { recursive: true });
  writeFileSync(join(folder, "app", "requirements.in"), `${app.requirements.join("\n")}\n`);
  writeFileSync(join(folder, "app", "main.py"), app.program);
  const output = ["-t", "native:1", "-o", `type=oci,dest=${folder}/out,tar=false`, "--json", "-q"];
  const built = await ociasm(["build", join(folder, "app"), "--system", "auto", "--cache-dir", cache, ...output]);
  assert.equal(built.code, 0, built.stderr);
  const [image]: readonly ReportedImage[] = JSON.parse(built.stdout).images;
  const [system] = image?.layers.filter(({ kind }) => kind === "system") ?? [];
  const { code, stdout, stderr } = await podmanRun(`oci:${folder}/out:1`, [], ["--read-only"]);
  assert.equal(code, 0, stderr);
  return {
    size: image?.size ?? 0,
    systemSize: system?.size ?? 0,
    systemPackages: system?.packages ?? [],
    printed: stdout.trim(),
  };
}

interface ReportedImage {
  readonly size: number;
  readonly layers: readonly { readonly kind: string; readonly size: number; readonly packages: readonly string[] }[];
}

import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { gzipSync } from "node:zlib";
import { buildAr } from "./ar.ts";
import { buildTar, type TarPart } from "./tar.ts";

export interface DebSpec {
  readonly name: string;
  readonly version?: string;
  readonly architecture?: string;
  /** Further fields of the control paragraph: Depends, Provides, … */
  readonly fields?: Readonly<Record<string, string>>;
  readonly files?: readonly TarPart[];
  readonly postinst?: string;
  readonly preinst?: string;
  readonly packing?: "gzip" | "none" | "xz" | "zst";
}

export interface BuiltDeb {
  readonly bytes: Buffer;
  readonly sha256: string;
  /** `name_version_architecture.deb`, without an epoch. */
  readonly filename: string;
  readonly control: string;
}

interface Packing {
  readonly ending: string;
  pack(tar: Buffer): Buffer;
}

const PACKINGS: Readonly<Record<NonNullable<DebSpec["packing"]>, Packing>> = {
  gzip: { ending: ".gz", pack: (tar) => gzipSync(tar) },
  none: { ending: "", pack: (tar) => tar },
  xz: { ending: ".xz", pack: (tar) => execFileSync("xz", ["-c"], { input: tar }) },
  zst: { ending: ".zst", pack: (tar) => execFileSync("zstd", ["-qc"], { input: tar }) },
};

/** A .deb as dpkg-deb lays it out, with checksums of its files. */
export function buildDeb(spec: DebSpec): BuiltDeb {
  const { name, version = "1.0-1", architecture = "amd64", files = [], packing = "gzip" } = spec;
  const control = controlText({ Package: name, Version: version, Architecture: architecture, ...spec.fields });
  const { ending, pack } = PACKINGS[packing];
  const scripts = (["preinst", "postinst"] as const).flatMap((script): TarPart[] => {
    const content = spec[script];
    return content === undefined ? [] : [{ path: script, mode: 0o755, content }];
  });
  const sums = files
    .filter(({ type = "file", path }) => type === "file" && !path.endsWith("/"))
    .map(({ path, content = "" }) => `${createHash("md5").update(content).digest("hex")}  ${path}\n`);
  const bytes = buildAr([
    { name: "debian-binary", content: "2.0\n" },
    {
      name: `control.tar${ending}`,
      content: pack(
        buildTar([{ path: "control", content: control }, { path: "md5sums", content: sums.join("") }, ...scripts]),
      ),
    },
    { name: `data.tar${ending}`, content: pack(buildTar(files)) },
  ]);
  const sha256 = createHash("sha256").update(bytes).digest("hex");
  return { bytes, sha256, filename: `${name}_${version.replace(/^\d+:/, "")}_${architecture}.deb`, control };
}

export function controlText(fields: Readonly<Record<string, string>>): string {
  return Object.entries(fields)
    .map(([field, value]) => `${field}: ${value}\n`)
    .join("");
}

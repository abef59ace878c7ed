import type { Occurrence } from "../merge.ts";
import type { Evidence, Found, Rule } from "./finding.ts";
import { whole } from "./finding.ts";
import { OTHER_BASE } from "./fixes.ts";
import { originOf } from "./origin.ts";

const LIBRARY =
  /(^|\/)lib(cudart|cublas|cublasLt|cudnn[a-z_]*|cufft|cufftw|curand|cusolver|cusolverMg|cusparse|nccl|nvrtc|nvJitLink|nvjpeg|npp[a-z]*)(-[^/]*)?[._][^/]*$/;
const FOLDER = /^(usr\/local|opt)\/cuda(-\d[\d.]*)?\//;

/** nvidia's wheels bring CUDA: a base's own beside them is never loaded. And CUDA of two versions. */
export const cudaTwice: Rule = (evidence) => {
  const needless = beside(evidence);
  return [...twoWheels(evidence), ...(needless.length > 0 ? needless : twoFolders(evidence))];
};

function beside(evidence: Evidence): readonly Found[] {
  const wheels = nvidiaWheels(evidence);
  if (wheels.length === 0) return [];
  const files = visible(evidence).filter(
    (occurrence) =>
      (FOLDER.test(occurrence.file.path) || LIBRARY.test(occurrence.file.path)) &&
      originOf(occurrence, evidence, evidence.owners.of.get(occurrence)?.ecosystem) === "base",
  );
  if (files.length === 0) return [];
  return [{ kind: "cuda-twice", origin: "base", packages: wheels, parts: files.map(whole), fix: OTHER_BASE }];
}

function nvidiaWheels({ owners }: Evidence): readonly string[] {
  const names = owners.installed.filter(({ ecosystem, name }) => ecosystem === "python" && name.startsWith("nvidia-"));
  return [...new Set(names.map(({ name }) => name))].sort();
}

/** nvidia-cublas-cu11 beside nvidia-cublas-cu12: all packages of the older one. */
function twoWheels(evidence: Evidence): readonly Found[] {
  const names = nvidiaWheels(evidence);
  const versions = [...new Set(names.map((name) => Number(/-cu(\d+)$/.exec(name)?.[1] ?? 0)))].filter((v) => v > 0);
  const newest = Math.max(...versions);
  const older = names.filter((name) => {
    const version = Number(/-cu(\d+)$/.exec(name)?.[1] ?? newest);
    return version < newest;
  });
  if (older.length === 0) return [];
  const parts = visible(evidence).filter((each) => older.includes(evidence.owners.of.get(each)?.name ?? ""));
  const advice = `something still asks for CUDA ${versions.sort((a, b) => a - b).join(" and ")}: take versions that agree`;
  return [
    { kind: "cuda-twice", origin: "package", packages: older, parts: parts.map(whole), fix: { config: null, advice } },
  ];
}

/** /usr/local/cuda-11.8 beside /usr/local/cuda-12.4: all folders but the newest. */
function twoFolders(evidence: Evidence): readonly Found[] {
  const folders = new Map<string, Occurrence[]>();
  for (const occurrence of visible(evidence)) {
    const folder = /^(?:usr\/local|opt)\/cuda-\d[\d.]*(?=\/)/.exec(occurrence.file.path)?.[0];
    if (folder === undefined) continue;
    const files = folders.get(folder) ?? [];
    folders.set(folder, files);
    files.push(occurrence);
  }
  const [, ...older] = [...folders].sort(([a], [b]) => versionOf(b) - versionOf(a));
  return older.map(([, files]) => ({
    kind: "cuda-twice" as const,
    origin: "base" as const,
    parts: files.map(whole),
    fix: OTHER_BASE,
  }));
}

/** "usr/local/cuda-12.4" as 12004. */
function versionOf(folder: string): number {
  const [major = 0, minor = 0] = folder
    .slice(folder.lastIndexOf("-") + 1)
    .split(".")
    .map(Number);
  return major * 1000 + minor;
}

function visible({ image }: Evidence): readonly Occurrence[] {
  return image.all.filter(({ hidden, file }) => hidden === undefined && file.type === "file");
}

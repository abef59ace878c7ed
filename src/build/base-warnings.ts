import type { Base } from "../base/base.ts";
import type { Lock } from "../resolve/lock.ts";

/** CUDA's own libraries as wheels; the rest of NVIDIA's wheels lean on them. */
const CUDA_WHEEL = /^nvidia-(?:cublas|cuda-runtime|cudnn)(?:-cu\d+)?$/;

/** What of the base and of the wheels does not go together, though nothing fails for it. */
export function baseWarnings(base: Pick<Base, "spec" | "config">, lock: Lock | undefined): readonly string[] {
  const cuda = (base.config.config?.Env ?? []).flatMap((entry) => /^CUDA_VERSION=(.+)$/.exec(entry)?.[1] ?? []).at(-1);
  const wheels = (lock?.packages ?? []).filter(({ name }) => CUDA_WHEEL.test(name));
  if (cuda === undefined || wheels.length === 0) return [];
  const names = wheels.map(({ name, version }) => `${name} ${version}`).join(", ");
  return [
    `CUDA is in the image twice: ${base.spec} has ${cuda}, and the wheels bring ${names}; the driver alone has to come from outside, so deb:bookworm serves as a base`,
  ];
}

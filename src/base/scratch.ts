import { OciasmError } from "../errors.ts";
import { normalisePlatform } from "../oci/platform.ts";
import type { BaseProvider } from "./base.ts";

/** `scratch`: nothing at all. Python and C library have to be named by the user. */
export const scratchProvider: BaseProvider = {
  name: "scratch",
  matches: (spec) => spec === "scratch",
  open: async (spec, request) => {
    if (request.system.length > 0) {
      throw new OciasmError("BASE_INVALID", "Debian packages can't be added to the base scratch", {
        hint: "use a deb: base, or leave --system out",
      });
    }
    const platform = normalisePlatform(request.platform);
    return {
      spec,
      platform,
      layers: [],
      recipes: [],
      config: { ...platform, rootfs: { type: "layers", diff_ids: [] } },
      facts: { directories: [], links: {} },
      fetchLayer: () => Promise.reject(new OciasmError("BUG", "scratch has no layers")),
      fetchSource: () => Promise.reject(new OciasmError("BUG", "scratch is made of no recipes")),
      close: async () => {},
    };
  },
};

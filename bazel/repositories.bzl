"""For WORKSPACE: a toolchain of an npm package that is installed."""

load("//private:installed.bzl", "has_resource_set", "installed_ociasm")

def ociasm_register_toolchains(name = "ociasm", package = "node_modules/ociasm", node = ""):
    """Registers ociasm as npm installed it.

    Args:
      name: of the repository
      package: folder of the npm package, relative to the workspace or absolute
      node: path of node; the one on PATH when left out
    """
    installed_ociasm(
        name = name,
        package = package,
        node = node,
        has_resource_set = has_resource_set(native.bazel_version),
    )
    native.register_toolchains("@%s//:toolchain" % name)

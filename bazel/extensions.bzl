"""For MODULE.bazel: a toolchain of an npm package that is installed."""

load("//private:installed.bzl", "installed_ociasm")

def _impl(module_ctx):
    for module in module_ctx.modules:
        for tag in module.tags.toolchain:
            # Every Bazel with modules knows resource_set.
            installed_ociasm(name = tag.name, package = tag.package, node = tag.node, has_resource_set = True)

_toolchain = tag_class(attrs = {
    "name": attr.string(default = "ociasm"),
    "node": attr.string(doc = "Path of node; the one on PATH when left out."),
    "package": attr.string(default = "node_modules/ociasm", doc = "Folder of the npm package."),
})

ociasm = module_extension(
    implementation = _impl,
    tag_classes = {"toolchain": _toolchain},
)

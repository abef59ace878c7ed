"""Files of the project, or weights, as a layer."""

load(":layer.bzl", "COMPRESSIONS", "make_layer", "named_layer")
load(":providers.bzl", "OciasmLayersInfo")
load(":toolchain.bzl", "TOOLCHAIN")

FILES_ATTRS = {
    "dest": attr.string(default = "/app", doc = "Folder in the image."),
    "executables": attr.label_list(allow_files = True, doc = "Further files, with the mode 0755."),
    "srcs": attr.label_list(allow_files = True, doc = "Files; with the mode 0644, whatever theirs is."),
    "strip_prefix": attr.string(doc = "Left out of paths; the package when left out, and / for nothing."),
}

def files_layer(ctx, name, title, compression):
    """Makes a layer of FILES_ATTRS.

    Args:
      ctx: of the rule
      name: path below the package
      title: of the layer
      compression: one of COMPRESSIONS
    Returns:
      struct(layer, metadata, listing)
    """
    files = [_entry(ctx, file, "0644") for file in ctx.files.srcs]
    files += [_entry(ctx, file, "0755") for file in ctx.files.executables]
    return make_layer(
        ctx,
        name = name,
        compression = compression,
        inputs = ctx.files.srcs + ctx.files.executables,
        members = {"title": title, "files": files},
        message = "Making a layer of the files of %s" % ctx.label,
    )

def _entry(ctx, file, mode):
    prefix = ctx.attr.strip_prefix or ctx.label.package
    path = file.short_path
    if prefix not in ["", "/"] and path.startswith(prefix + "/"):
        path = path[len(prefix) + 1:]
    if path.startswith("../"):
        path = path[len("../"):]
    return {"from": file, "to": ctx.attr.dest.rstrip("/") + "/" + path, "mode": mode}

def _impl(ctx):
    made = files_layer(ctx, ctx.label.name, ctx.attr.title or ctx.label.name, ctx.attr.compression)
    return [
        DefaultInfo(files = depset([made.layer])),
        OciasmLayersInfo(layers = [named_layer(made)], dates = []),
    ]

ociasm_files = rule(
    implementation = _impl,
    doc = "One layer of files, such as a model's weights.",
    attrs = dict(
        FILES_ATTRS,
        compression = attr.string(default = "gzip", values = COMPRESSIONS),
        title = attr.string(doc = "What people call it; the target's name when left out."),
    ),
    toolchains = [TOOLCHAIN],
)

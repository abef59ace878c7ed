"""One layer for each wheel, made where the wheel is: every image shares it."""

load(":layer.bzl", "COMPRESSIONS", "make_layer")
load(":providers.bzl", "OciasmWheelInfo")
load(":toolchain.bzl", "TOOLCHAIN")

_EDGES = ["data", "deps", "srcs", "wheels"]

def wheel_files(targets):
    """The wheels among the files of targets."""
    return [file for target in targets for file in target[DefaultInfo].files.to_list() if file.basename.endswith(".whl")]

def _impl(target, ctx):
    below = []
    for edge in _EDGES:
        value = getattr(ctx.rule.attr, edge, None)
        if type(value) == "list":
            below += [one[OciasmWheelInfo].layers for one in value if type(one) == "Target" and OciasmWheelInfo in one]
    known = {one.wheel: True for one in depset(transitive = below).to_list()}
    folder = "_ociasm/" + target.label.name
    own = [wheel_layer(ctx, folder, file) for file in wheel_files([target]) if file not in known]
    return [OciasmWheelInfo(layers = depset(own, transitive = below))]

def wheel_layer(ctx, folder, wheel):
    """Declares the layer of one wheel.

    Args:
      ctx: of a rule or an aspect with the toolchain and the attribute compression
      folder: path below the package
      wheel: file
    Returns:
      an element of OciasmWheelInfo.layers
    """
    compression = ctx.attr.compression
    made = make_layer(
        ctx,
        name = "%s/%s/%s" % (folder, compression, wheel.basename[:-len(".whl")]),
        compression = compression,
        inputs = [wheel],
        members = {"wheels": [{"from": wheel}]},
        message = "Making a layer of %s" % wheel.basename,
    )
    return struct(wheel = wheel, layer = made.layer, metadata = made.metadata, listing = made.listing)

wheel_layers_aspect = aspect(
    implementation = _impl,
    doc = "Makes a layer of every wheel among the files of a target and of what it depends on.",
    attr_aspects = _EDGES,
    attrs = {"compression": attr.string(default = "gzip", values = COMPRESSIONS)},
    toolchains = [TOOLCHAIN],
)

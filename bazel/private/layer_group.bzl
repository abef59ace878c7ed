"""Several wheels in one layer."""

load(":layer.bzl", "COMPRESSIONS", "make_layer", "named_layer")
load(":providers.bzl", "OciasmLayersInfo")
load(":toolchain.bzl", "TOOLCHAIN")
load(":wheels.bzl", "wheel_files")

def _impl(ctx):
    wheels = wheel_files(ctx.attr.wheels)
    if not wheels:
        fail("%s: there is no wheel among the files of wheels" % ctx.label)
    made = make_layer(
        ctx,
        name = ctx.label.name,
        compression = ctx.attr.compression,
        inputs = wheels,
        members = {
            "kind": "package",
            "title": ctx.attr.title or ctx.label.name,
            "wheels": [{"from": wheel} for wheel in wheels],
        },
        message = "Making the layer %s" % ctx.label,
    )
    return [
        DefaultInfo(files = depset([made.layer])),
        OciasmLayersInfo(layers = [named_layer(made)], dates = []),
    ]

ociasm_layer_group = rule(
    implementation = _impl,
    doc = "One layer of the wheels that are the files of targets; what they depend on does not come along.",
    attrs = {
        "compression": attr.string(default = "gzip", values = COMPRESSIONS),
        "title": attr.string(doc = "What people call it; the target's name when left out."),
        "wheels": attr.label_list(allow_files = [".whl"], mandatory = True),
    },
    toolchains = [TOOLCHAIN],
)

"""One index over images of several platforms."""

load(":providers.bzl", "OciasmImageInfo")
load(":run.bzl", "params", "run_ociasm")
load(":toolchain.bzl", "TOOLCHAIN")

def _impl(ctx):
    layout = ctx.actions.declare_directory(ctx.label.name)
    digest = ctx.actions.declare_file(ctx.label.name + ".digest")
    members = {
        "images": ctx.files.images,
        "config": {"annotations": ctx.attr.annotations},
        "outputs": {"layout": layout, "digest": digest},
    }
    run_ociasm(
        ctx,
        verb = "assemble",
        arguments = [params(ctx, members)],
        inputs = ctx.files.images,
        outputs = [layout, digest],
        mnemonic = "OciasmIndex",
        message = "Merging the images of %s" % ctx.label,
    )
    return [
        DefaultInfo(files = depset([layout]), runfiles = ctx.runfiles(files = [layout])),
        OciasmImageInfo(layout = layout, digest = digest),
        OutputGroupInfo(digest = depset([digest])),
    ]

ociasm_image_index = rule(
    implementation = _impl,
    doc = "An index in OCI layout: the very one that `ociasm build` makes for all of its platforms.",
    attrs = {
        "annotations": attr.string_dict(doc = "Of the index: index:KEY."),
        "images": attr.label_list(allow_files = True, mandatory = True, doc = "Directories in OCI layout, of any rule."),
    },
    toolchains = [TOOLCHAIN],
)

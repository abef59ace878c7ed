"""The image: layers that exist, on a base."""

load(":files.bzl", "FILES_ATTRS", "files_layer")
load(":layer.bzl", "COMPRESSIONS", "make_layer", "named_layer")
load(":providers.bzl", "OciasmImageInfo", "OciasmLayersInfo")
load(":run.bzl", "params", "run_ociasm")
load(":toolchain.bzl", "TOOLCHAIN")

# As rules_oci calls them, and as ociasm.yaml does.
_STRINGS = {"author": "author", "created": "created", "stop_signal": "stop-signal", "user": "user", "workdir": "workdir"}
_LISTS = {"cmd": "cmd", "entrypoint": "entrypoint", "exposed_ports": "expose", "volumes": "volumes"}
_DICTS = {"annotations": "annotations", "env": "env", "labels": "labels"}

def _impl(ctx):
    layers = [layer for target in ctx.attr.layers for layer in target[OciasmLayersInfo].layers]
    project = _tar_layers(ctx)
    if ctx.files.srcs or ctx.files.executables:
        project.append(files_layer(ctx, ctx.label.name + "_project", "project", ctx.attr.compression))
    layout = ctx.actions.declare_directory(ctx.label.name)
    digest = ctx.actions.declare_file(ctx.label.name + ".digest")
    members = {
        "platform": ctx.attr.platform,
        "dates": [date for target in ctx.attr.layers for date in target[OciasmLayersInfo].dates],
        "config": _config(ctx),
        "layers": [_entry(layer) for layer in layers],
        "project": [_entry(layer) for layer in project],
        "outputs": {"layout": layout, "digest": digest},
    }
    inputs = [file for one in layers + project for file in [one.layer, one.metadata, one.listing]]
    if ctx.attr.python:
        members["python"] = ctx.attr.python
    if ctx.file.base:
        if not ctx.file.base.is_directory:
            fail("%s: base has to be a directory in OCI layout" % ctx.label)
        members["base"] = ctx.file.base
        inputs.append(ctx.file.base)
    run_ociasm(
        ctx,
        verb = "assemble",
        arguments = [params(ctx, members)],
        inputs = inputs,
        outputs = [layout, digest],
        mnemonic = "OciasmImage",
        message = "Assembling the image %s" % ctx.label,
    )
    return [
        DefaultInfo(files = depset([layout]), runfiles = ctx.runfiles(files = [layout])),
        OciasmImageInfo(layout = layout, digest = digest),
        OutputGroupInfo(digest = depset([digest]), layers = depset([one.layer for one in layers + project])),
    ]

def _tar_layers(ctx):
    layers = []
    for target in ctx.attr.tars:
        if OciasmLayersInfo in target:
            fail("%s: %s is among tars and has layers of ociasm: name it among layers" % (ctx.label, target.label))
        layers += [_tar_layer(ctx, file, len(layers) + at) for at, file in enumerate(target[DefaultInfo].files.to_list())]
    return layers

def _tar_layer(ctx, file, at):
    if file.is_directory:
        fail("%s: tars has the directory %s, which is no tar" % (ctx.label, file.short_path))
    return named_layer(make_layer(
        ctx,
        name = "%s_tars/%d" % (ctx.label.name, at),
        compression = ctx.attr.compression,
        inputs = [file],
        members = {"title": file.basename, "tar": file},
        message = "Making a layer of %s" % file.short_path,
    ))

def _entry(layer):
    entry = {"layer": layer.layer, "metadata": layer.metadata, "listing": layer.listing}
    for name in ["kind", "title", "wheels"]:
        value = getattr(layer, name, None)
        if value:
            entry[name] = value
    return entry

def _config(ctx):
    config = {}
    for names in [_STRINGS, _LISTS, _DICTS]:
        for name, key in names.items():
            value = getattr(ctx.attr, name)
            if value:
                config[key] = value
    return config

_image = rule(
    implementation = _impl,
    attrs = dict(
        FILES_ATTRS,
        base = attr.label(allow_single_file = True),
        compression = attr.string(default = "gzip", values = COMPRESSIONS),
        layers = attr.label_list(providers = [OciasmLayersInfo]),
        platform = attr.string(default = "linux/amd64"),
        python = attr.string(),
        tars = attr.label_list(allow_files = [".tar", ".tar.gz", ".tgz", ".tar.zst", ".tzst"]),
        **dict(
            {name: attr.string() for name in _STRINGS},
            **dict(
                {name: attr.string_list() for name in _LISTS},
                **{name: attr.string_dict() for name in _DICTS}
            )
        )
    ),
    toolchains = [TOOLCHAIN],
)

def ociasm_image(name, **kwargs):
    """An image in OCI layout; `NAME.digest` is its digest.

    Args:
      name: of the target
      **kwargs: base (a directory in OCI layout; nothing when left out), layers (targets of ociasm_wheel_layers,
        ociasm_layer_group and ociasm_files, lowest first), tars (layers of any other rule, lowest first, above layers and
        below the project's files: .tar, which compression packs, .tar.gz or .tar.zst), srcs, executables, dest,
        strip_prefix (the project's files, as ociasm_files has them), platform ("linux/amd64"), python ("3.12", where the base does not
        tell), entrypoint, cmd, env, user, workdir, labels, annotations, exposed_ports, volumes, stop_signal, author, created, compression;
        visibility, tags and the like
    """
    _image(name = name, **kwargs)
    native.filegroup(
        name = name + ".digest",
        srcs = [name],
        output_group = "digest",
        tags = kwargs.get("tags"),
        visibility = kwargs.get("visibility"),
    )

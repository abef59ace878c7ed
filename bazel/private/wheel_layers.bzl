"""The layers of all wheels of an image, as a plan deals them out, or one each."""

load(":layer.bzl", "COMPRESSIONS", "make_layer", "named_layer")
load(":providers.bzl", "OciasmLayersInfo", "OciasmWheelInfo")
load(":run.bzl", "run_ociasm")
load(":toolchain.bzl", "TOOLCHAIN")
load(":wheels.bzl", "wheel_files", "wheel_layer", "wheel_layers_aspect")

def _impl(ctx):
    wheels = {one.wheel.basename: one for one in _found(ctx)}
    if not wheels:
        fail("%s: there is no .whl file among those of wheels: rules_python's are @pypi//NAME:whl" % ctx.label)
    if not ctx.attr.plan:
        layers = [named_layer(wheels[name]) for name in sorted(wheels)]
        dates = []
    else:
        plan = json.decode(ctx.attr.plan)
        _check(ctx, plan, wheels)
        layers = [_planned(ctx, at, layer, wheels) for at, layer in enumerate(plan["layers"])]
        dates = plan["dates"]
    return [
        DefaultInfo(files = depset([one.layer for one in layers])),
        OciasmLayersInfo(layers = layers, dates = dates),
        OutputGroupInfo(
            layers = depset([one.layer for one in layers]),
            metadata = depset([one.metadata for one in layers]),
            _validation = depset(_validation(ctx)),
        ),
    ]

def _found(ctx):
    shared = [target[OciasmWheelInfo].layers for target in ctx.attr.wheels if OciasmWheelInfo in target]

    # No aspect reaches a source file, so its layer belongs to this target alone.
    sources = wheel_files([target for target in ctx.attr.wheels if OciasmWheelInfo not in target])
    return [wheel_layer(ctx, ctx.label.name, file) for file in sources] + depset(transitive = shared).to_list()

def _check(ctx, plan, wheels):
    planned = {wheel["filename"]: True for layer in plan["layers"] for wheel in layer["wheels"]}
    lacking = [name for name in sorted(planned) if name not in wheels]
    surplus = [name for name in sorted(wheels) if name not in planned]
    if lacking or surplus:
        fail("%s: the plan is about other wheels\n  only in the plan: %s\n  only among wheels: %s\nwrite it anew: %s" % (
            ctx.label,
            ", ".join(lacking) or "none",
            ", ".join(surplus) or "none",
            _command(plan),
        ))

def _command(plan):
    words = ["ociasm", "plan"] + plan["command"]["words"]
    for name, value in plan["command"]["flags"].items():
        if type(value) == "bool":
            words.append("--" + name)
        else:
            for one in (value if type(value) == "list" else [value]):
                words += ["--" + name, one]
    return " ".join(words + ["--write", "FILE.bzl"])

def _planned(ctx, at, layer, wheels):
    kind, title, members = layer["kind"], layer["title"], layer["wheels"]

    # What one wheel alone makes, every image has the same.
    if len(members) == 1 and not [key for key in members[0] if key not in ["filename", "sha256"]]:
        return named_layer(wheels[members[0]["filename"]], kind, title, [members[0]["sha256"]])
    files = [wheels[member["filename"]].wheel for member in members]
    made = make_layer(
        ctx,
        name = "%s/%d" % (ctx.label.name, at),
        compression = ctx.attr.compression,
        inputs = files,
        members = {
            "kind": kind,
            "title": title,
            "wheels": [dict(member, **{"from": file}) for member, file in zip(members, files)],
        },
        message = "Making the layer %s" % title,
    )
    return named_layer(made)

def _validation(ctx):
    if ctx.file.plan_file == None:
        return []
    stamp = ctx.actions.declare_file(ctx.label.name + ".plan.json")

    # A project has no part in the plan of wheels, and in a sandbox its files would be links that leave it.
    context = ctx.actions.declare_directory(ctx.label.name + ".plan_context")
    ctx.actions.run_shell(
        outputs = [context],
        command = "mkdir -p \"$1\"",
        arguments = [context.path],
        mnemonic = "OciasmPlanContext",
    )
    args = ctx.actions.args()
    args.add_all([context], expand_directories = False)
    args.add("--check", ctx.file.plan_file)
    args.add("--write", stamp)
    args.add("--cache-dir", stamp.path + ".cache")
    args.add("--offline")
    run_ociasm(
        ctx,
        verb = "plan",
        arguments = [args],
        inputs = [ctx.file.plan_file, context] + ctx.files.plan_data,
        outputs = [stamp],
        mnemonic = "OciasmPlanCheck",
        message = "Checking the layers of %s" % ctx.label,
    )
    return [stamp]

_wheel_layers = rule(
    implementation = _impl,
    attrs = {
        "compression": attr.string(default = "gzip", values = COMPRESSIONS),
        "plan": attr.string(),
        "plan_data": attr.label_list(allow_files = True),
        "plan_file": attr.label(allow_single_file = [".bzl", ".json"]),
        "wheels": attr.label_list(allow_files = [".whl"], aspects = [wheel_layers_aspect], mandatory = True),
    },
    toolchains = [TOOLCHAIN],
)

def ociasm_wheel_layers(name, wheels, plan = None, **kwargs):
    """Layers of wheels. By default it gives the blobs, which rules_oci takes as `tars`.

    Args:
      name: of the target
      wheels: targets with wheels among their files, such as `@pypi//numpy:whl`; what they depend on comes along
      plan: PLAN of a file that `ociasm plan --write FILE.bzl` wrote; every wheel has a layer alone when left out
      **kwargs: compression ("gzip", "zstd", "none"); plan_file, and plan_data with the lock and whatever else the plan
        was made of: a validation action checks the file then; visibility, tags and the like
    """
    _wheel_layers(name = name, wheels = wheels, plan = json.encode(plan) if plan else "", **kwargs)

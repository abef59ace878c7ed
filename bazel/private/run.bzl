"""One action of ociasm, with a file of parameters that Bazel writes line by line."""

load(":toolchain.bzl", "TOOLCHAIN")

# Nothing comes in but declared inputs. Paths stand in the parameters as Args gives them, so that Bazel may map them.
_REQUIREMENTS = {
    "block-network": "1",
    "supports-path-mapping": "1",
}

def params(ctx, members):
    """The file of parameters of an action, as Args.

    Args:
      ctx: of a rule or an aspect
      members: dict of the document; values are what `entry` takes
    Returns:
      Args
    """
    args = ctx.actions.args()
    args.set_param_file_format("multiline")
    args.use_param_file("%s", use_always = True)
    args.add("{\"schema\": 1")
    for key, value in members.items():
        args.add("," + json.encode(key) + ":")
        _add(args, value)
    args.add("}")
    return args

def _add(args, value):
    if type(value) == "list" and value and type(value[0]) == "dict":
        args.add("[")
        for at, item in enumerate(value):
            _add_dict(args, item, "," if at > 0 else "")
        args.add("]")
    elif type(value) == "list" and value and type(value[0]) == "File":
        args.add("[")
        for at, item in enumerate(value):
            _add_file(args, item, "," if at > 0 else "")
        args.add("]")
    elif type(value) == "dict" and [one for one in value.values() if type(one) == "File"]:
        _add_dict(args, value, "")
    elif type(value) == "File":
        _add_file(args, value, "")
    else:
        args.add(json.encode(value))

def _add_dict(args, members, before):
    args.add(before + "{")
    comma = ""
    for key, value in members.items():
        start = comma + json.encode(key) + ":"
        if type(value) == "File":
            _add_file(args, value, start)
        else:
            args.add(start + json.encode(value))
        comma = ","
    args.add("}")

def _add_file(args, file, before):
    if "\"" in file.path or "\\" in file.path:
        fail("a path with quotes or backslashes: " + file.path)

    # A directory stands for itself, not for what is in it.
    args.add_all([file], expand_directories = False, format_each = before.replace("%", "%%") + "\"%s\"")

def run_ociasm(ctx, verb, arguments, inputs, outputs, mnemonic, message):
    """Runs a verb.

    Args:
      ctx: of a rule or an aspect with the toolchain
      verb: of the command line
      arguments: list of Args behind it
      inputs: files
      outputs: files
      mnemonic: of the action
      message: what is shown meanwhile
    """
    toolchain = ctx.toolchains[TOOLCHAIN]
    head = ctx.actions.args()
    head.add_all(toolchain.arguments)
    head.add_all([verb, "--quiet"])
    more = {}
    if toolchain.has_resource_set:
        more["resource_set"] = _resources
    ctx.actions.run(
        executable = toolchain.executable,
        arguments = [head] + arguments,
        inputs = depset(inputs, transitive = [toolchain.files]),
        outputs = outputs,
        mnemonic = mnemonic,
        progress_message = message,
        env = {},
        execution_requirements = _REQUIREMENTS,
        **more
    )

def _resources(_os, _inputs):
    return {"cpu": 1, "memory": 250}

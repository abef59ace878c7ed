"""Programs for `bazel run`: an image to its registry, or into an engine."""

load(":toolchain.bzl", "TOOLCHAIN")

_SCRIPT = """#!/bin/sh
set -eu
cd "${{RUNFILES_DIR:-$0.runfiles}}/{workspace}"
{commands}
"""

def _quoted(word):
    return "'" + word.replace("'", "'\\''") + "'"

def _program(ctx, commands):
    """Writes a script that runs ociasm's command lines, one after the other."""
    toolchain = ctx.toolchains[TOOLCHAIN]
    words = [toolchain.wrapper] if toolchain.wrapper else [toolchain.executable] + toolchain.arguments
    start = " ".join([_quoted(word if type(word) == "string" else word.short_path) for word in words])
    lines = ["%s %s \"$@\"" % (start, " ".join([_quoted(word) for word in command])) for command in commands]
    script = ctx.actions.declare_file(ctx.label.name + ".sh")
    content = _SCRIPT.format(workspace = ctx.workspace_name, commands = "\n".join(lines))
    ctx.actions.write(script, content, is_executable = True)
    runfiles = ctx.runfiles(files = [_image(ctx)], transitive_files = toolchain.files)
    if toolchain.runfiles:
        runfiles = runfiles.merge(toolchain.runfiles)
    return [DefaultInfo(executable = script, runfiles = runfiles)]

def _image(ctx):
    if not ctx.file.image.is_directory:
        fail("%s: image has to be a directory in OCI layout" % ctx.label)
    return ctx.file.image

def _push(ctx):
    source = "oci:" + _image(ctx).short_path
    tags = ctx.attr.remote_tags or ["latest"]
    return _program(ctx, [["copy", source, "docker://%s:%s" % (ctx.attr.repository, tag)] for tag in tags])

ociasm_push = rule(
    implementation = _push,
    doc = "`bazel run` pushes the image: only blobs that the repository lacks move. Further flags of `ociasm copy` may follow.",
    attrs = {
        "image": attr.label(allow_single_file = True, mandatory = True, doc = "A directory in OCI layout, of any rule."),
        "remote_tags": attr.string_list(doc = "latest when left out."),
        "repository": attr.string(mandatory = True, doc = "Such as registry.example/team/app."),
    },
    executable = True,
    toolchains = [TOOLCHAIN],
)

def _load(ctx):
    source = "oci:" + _image(ctx).short_path
    names = [word for tag in ctx.attr.repo_tags for word in ["-t", tag]]
    return _program(ctx, [["pull", source] + names + ["-o", "type=docker"]])

ociasm_load = rule(
    implementation = _load,
    doc = "`bazel run` brings the image into docker, podman or containerd. Further flags of `ociasm pull` may follow.",
    attrs = {
        "image": attr.label(allow_single_file = True, mandatory = True, doc = "A directory in OCI layout, of any rule."),
        "repo_tags": attr.string_list(mandatory = True, doc = "Names that it gets, such as app:latest."),
    },
    executable = True,
    toolchains = [TOOLCHAIN],
)

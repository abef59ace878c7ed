"""How ociasm is run: by node, or by a program of its own."""

TOOLCHAIN = "@rules_ociasm//:toolchain_type"

# Files are links in a sandbox; what lies behind them was not declared.
_NODE_FLAGS = ["--preserve-symlinks", "--preserve-symlinks-main"]

def _impl(ctx):
    if (ctx.file.cli == None) == (ctx.executable.wrapper == None):
        fail("%s: give either node and cli, or wrapper" % ctx.label)
    if ctx.file.cli != None and ctx.file.node == None:
        fail("%s: cli needs node" % ctx.label)
    wrapper = ctx.attr.wrapper[DefaultInfo].files_to_run if ctx.attr.wrapper else None
    return [platform_common.ToolchainInfo(
        # What is executed, and what stands before the verb.
        executable = wrapper or ctx.file.node,
        arguments = _NODE_FLAGS + [ctx.file.cli] if ctx.file.cli else [],
        files = depset([file for file in [ctx.file.node, ctx.file.cli] if file] + ctx.files.data),
        wrapper = ctx.executable.wrapper,
        runfiles = ctx.attr.wrapper[DefaultInfo].default_runfiles if ctx.attr.wrapper else None,
        has_resource_set = ctx.attr.has_resource_set,
    )]

ociasm_toolchain = rule(
    implementation = _impl,
    doc = "ociasm as files that node runs, or as a program.",
    attrs = {
        "cli": attr.label(allow_single_file = True, doc = "build/bundle/cli/main.js of the npm package ociasm."),
        "data": attr.label_list(allow_files = True, doc = "What cli needs: the rest of the package, and the packages it depends on."),
        "has_resource_set": attr.bool(doc = "Whether this Bazel knows resource_set of actions (5 and later)."),
        "node": attr.label(allow_single_file = True, doc = "A node of 20.19 or later."),
        "wrapper": attr.label(cfg = "exec", executable = True, doc = "A program that takes ociasm's command line, such as rules_js makes."),
    },
)

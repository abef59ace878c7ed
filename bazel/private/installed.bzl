"""A repository of the npm package ociasm as it is installed on this host."""

_BUILD = """load("@rules_ociasm//:defs.bzl", "ociasm_toolchain")

ociasm_toolchain(
    name = "ociasm",
    cli = "{cli}",
    data = glob(["package/**", "node_modules/**"], exclude = ["**/*.d.ts", "**/*.map", "**/*.md", "**/.deps/**", "**/obj.target/**"]),
    has_resource_set = {has_resource_set},
    node = "node",
)

toolchain(
    name = "toolchain",
    toolchain = ":ociasm",
    toolchain_type = "@rules_ociasm//:toolchain_type",
)
"""

def has_resource_set(version):
    """Whether a Bazel of this version knows resource_set; of one built without a version nobody can tell."""
    major = version.split(".")[0] if version else ""
    return major.isdigit() and int(major) >= 5

def _dependencies(repository_ctx, package):
    """Folders of what a package needs to run, by name."""
    found = {}
    wanted = [(name, package) for name in _names(repository_ctx, package, ["dependencies", "optionalDependencies"])]
    for _ in range(_MOST_PACKAGES):
        if not wanted:
            break
        name, dependent = wanted.pop(0)
        folder = _resolve(name, dependent)
        if name in found or folder == None:
            continue
        found[name] = folder

        # What an optional package needs beyond itself, it needs to be installed.
        if name not in _names(repository_ctx, package, ["optionalDependencies"]):
            wanted += [(one, folder) for one in _names(repository_ctx, folder, ["dependencies"])]
    return found

_MOST_PACKAGES = 1000

def _names(repository_ctx, package, keys):
    document = json.decode(repository_ctx.read(package.get_child("package.json")))
    return [name for key in keys for name in document.get(key, {})]

def _below(folder, path):
    for name in path.split("/"):
        folder = folder.get_child(name)
    return folder

def _resolve(name, dependent):
    """As node does: in node_modules of the package, then of each folder above."""
    folder = dependent
    for _ in range(_MOST_PACKAGES):
        if folder == None:
            return None
        place = _below(folder.get_child("node_modules"), name)
        if place.exists:
            return place
        folder = folder.dirname
    return None

def _workspace(repository_ctx):
    # Bazel 4 does not know workspace_root, and where there are modules there may be no WORKSPACE.
    if hasattr(repository_ctx, "workspace_root"):
        return repository_ctx.workspace_root
    return repository_ctx.path(Label("@//:WORKSPACE")).dirname

def _impl(repository_ctx):
    package = repository_ctx.path(repository_ctx.attr.package)
    if not repository_ctx.attr.package.startswith("/"):
        package = repository_ctx.path("%s/%s" % (_workspace(repository_ctx), repository_ctx.attr.package))
    if not package.exists:
        fail("there is no %s: install the npm package ociasm there, or say with package where it is" % package)
    node = repository_ctx.path(repository_ctx.attr.node) if repository_ctx.attr.node else repository_ctx.which("node")
    if node == None:
        fail("there is no node on PATH: say with node where it is")
    repository_ctx.symlink(node, "node")
    for name in ["build/bundle", "layout", "package.json"]:
        repository_ctx.symlink(_below(package, name), "package/" + name)
    for name, folder in _dependencies(repository_ctx, package).items():
        repository_ctx.symlink(folder, "node_modules/" + name)
    repository_ctx.file("BUILD.bazel", _BUILD.format(
        cli = "package/build/bundle/cli/main.js",
        has_resource_set = repository_ctx.attr.has_resource_set,
    ))

installed_ociasm = repository_rule(
    implementation = _impl,
    attrs = {
        "has_resource_set": attr.bool(),
        "node": attr.string(),
        "package": attr.string(mandatory = True),
    },
    local = True,
)

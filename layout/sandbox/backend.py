"""Runs hooks of a build backend (PEP 517) in the sandbox: the source in /src, what it needs in /env, results in /out."""

import builtins
import importlib
import json
import os
import sys
import sysconfig
import traceback

FORBIDDEN = {"js", "pyodide", "pyodide_js", "_pyodide", "_pyodide_core"}
SITE = "/env/lib/python/site-packages"

#: Programs that the build tried to start, in order.
programs = []


class NoWayOut:
    """The modules that lead into JavaScript can't be imported."""

    @staticmethod
    def find_spec(name, path=None, target=None):
        if name.partition(".")[0] in FORBIDDEN:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
        return None


def close_javascript():
    import asyncio

    asyncio.set_event_loop_policy(None)
    for name in list(sys.modules):
        if name.partition(".")[0] in FORBIDDEN:
            del sys.modules[name]
    own = [each for each in sys.meta_path if type(each).__module__.partition(".")[0] not in FORBIDDEN]
    sys.meta_path[:] = [NoWayOut, *own]


def pretend_linux():
    """A build may ask what it runs on: what it makes is for Linux, whatever its processor."""
    sysconfig.get_config_vars()
    os.uname = lambda: os.uname_result(("Linux", "sandbox", "", "", "x86_64"))
    os.environ["_PYTHON_HOST_PLATFORM"] = "linux-x86_64"
    import platform
    import subprocess

    subprocess.Popen.__init__ = refuse_program
    os.system = refuse_program_line
    os.popen = refuse_program_line
    sys.platform = "linux"
    platform.system()


def refuse_program(_self, args, *_more, **_options):
    refuse_program_line(args)


def refuse_program_line(args, *_more):
    first = args.split()[0] if isinstance(args, str) else os.fspath(args if isinstance(args, os.PathLike) else args[0])
    first = os.fsdecode(first)
    programs.append(first)
    raise FileNotFoundError(2, "No such file or directory", first)


def forget_process():
    """subprocess' destructor asks for what the refused constructor never set."""
    import subprocess

    subprocess.Popen.__del__ = lambda self, **_: None


def call(text):
    """A hook by its name: {"hook", "backend", "path", "source", "env"} to {"ok": value} or {"error", ...}."""
    asked = json.loads(text)
    try:
        return json.dumps({"ok": run(asked)})
    except BaseException as error:
        return json.dumps(failure(error))


def run(asked):
    import site

    os.environ.update(asked["env"])
    os.chdir(asked["source"])
    folders = [os.path.join(asked["source"], each) for each in asked["path"]]
    sys.argv = ["setup.py"]
    for entry in ("", *folders, asked["source"]):
        while entry in sys.path:
            sys.path.remove(entry)
    if SITE not in sys.path:
        sys.path.insert(0, SITE)
        site.addsitedir(SITE)
    sys.path[:0] = folders
    importlib.invalidate_caches()
    backend = load(asked["backend"])
    hook = getattr(backend, asked["hook"], None)
    if asked["hook"] == "get_requires_for_build_wheel":
        return [] if hook is None else [str(each) for each in hook(None)]
    os.makedirs("/out", exist_ok=True)
    return str(hook("/out", None, None))


def load(name):
    module, _, attribute = name.partition(":")
    found = importlib.import_module(module)
    for part in filter(None, attribute.split(".")):
        found = getattr(found, part)
    return found


def failure(error):
    lines = traceback.format_exception(error)
    root = error
    while root.__cause__ is not None or (root.__context__ is not None and not root.__suppress_context__):
        root = root.__cause__ or root.__context__
    return {
        "error": f"{type(error).__name__}: {error}"[:2000],
        "root": f"{type(root).__name__}: {root}"[:2000],
        "missing": root.name if isinstance(root, ModuleNotFoundError) else None,
        "programs": programs[:20],
        "trace": "".join(lines)[-6000:],
    }


def extensions():
    """Names of compiled modules that setuptools was asked for, as far as it got."""
    core = sys.modules.get("distutils.core") or sys.modules.get("setuptools._distutils.core")
    made = getattr(core, "_setup_distribution", None)
    found = getattr(made, "ext_modules", None) or []
    return [str(getattr(each, "name", each)) for each in found][:20]


def report(text):
    answer = json.loads(text)
    if "error" in answer:
        answer["programs"] = programs[:20]
    try:
        answer["extensions"] = extensions()
    except Exception:
        answer["extensions"] = []
    return json.dumps(answer)


builtins.__sandbox_call__ = lambda text: report(call(text))
close_javascript()
pretend_linux()
forget_process()
"ready"

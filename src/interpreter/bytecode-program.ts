/** Raise it when the same source may give other bytes, or another set of modules is left out. */
export const PROGRAM_VERSION = 2;

/**
 * Python: `compile_module(path, mode)` turns SOURCE into BYTECODE and says whether it is a module. Marshal writes a string in
 * another way when something else holds the same one (cpython issue 129724), so what a compilation may load lazily
 * (codecs, tables of characters, what makes messages) is loaded before the first, and what a failed one leaves is freed.
 * From 3.12 on names live for ever, and a set of constants whose strings were names before is written once for each use,
 * else once: its strings are made names before.
 */
export const BYTECODE_PROGRAM = `
import ast, encodings, gc, importlib, pkgutil, py_compile, re, sys, traceback, unicodedata, warnings

for module in pkgutil.iter_modules(encodings.__path__):
    try:
        importlib.import_module("encodings." + module.name)
    except ImportError:
        pass
del module
warnings.simplefilter("ignore")

def names_in_sets():
    with open("/tmp/module.py", "rb") as file:
        source = file.read()
    if sys.version_info < (3, 12) or re.search(rb"\\bin[\\s(\\\\]*{", source) is None:
        return None
    try:
        sets = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Set)]
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    strings = [node.value for one in sets for node in ast.walk(one) if isinstance(node, ast.Constant)]
    return [sys.intern(value) for value in strings if type(value) is str]

def compile_module(path, mode):
    names = names_in_sets()
    try:
        py_compile.compile(
            "/tmp/module.py", cfile="/tmp/module.pyc", dfile=path, doraise=True,
            invalidation_mode=py_compile.PycInvalidationMode[mode])
        return True
    except py_compile.PyCompileError:
        pass
    gc.collect()
    return False
`;

export const SOURCE = "/tmp/module.py";
export const BYTECODE = "/tmp/module.pyc";

/** Raise it when the same source may give other bytes, or another set of modules is left out. */
export const PROGRAM_VERSION = 1;

/**
 * Python: `compile_module(path)` turns SOURCE into BYTECODE and says whether it is a module. Marshal writes a string in
 * another way when something else holds the same one (cpython issue 129724), so what a compilation may load lazily
 * (codecs, tables of characters, what makes messages) is loaded before the first, and what a failed one leaves is freed.
 */
export const BYTECODE_PROGRAM = `
import encodings, gc, importlib, pkgutil, py_compile, traceback, unicodedata, warnings

for module in pkgutil.iter_modules(encodings.__path__):
    try:
        importlib.import_module("encodings." + module.name)
    except ImportError:
        pass
del module
warnings.simplefilter("ignore")

def compile_module(path):
    try:
        py_compile.compile(
            "/tmp/module.py", cfile="/tmp/module.pyc", dfile=path, doraise=True,
            invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH)
        return True
    except py_compile.PyCompileError:
        pass
    gc.collect()
    return False
`;

export const SOURCE = "/tmp/module.py";
export const BYTECODE = "/tmp/module.pyc";

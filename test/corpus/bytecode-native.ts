/**
 * Python, for any CPython: compiles each module of WORK/list.json itself and tells what WORK/__pycache__ has for it. With
 * `accept` it reads those instead, as an import does; under -v Python says of each whether it matches.
 */
export const NATIVE = `
import importlib.machinery, importlib.util, json, marshal, os, py_compile, sys, time, types, warnings
warnings.simplefilter("ignore")
work, what = sys.argv[1:]

def constant(value):
    if isinstance(value, types.CodeType): return instructions(value)
    if isinstance(value, (tuple, frozenset)):
        parts = [repr(constant(each)) for each in value]
        return type(value).__name__, parts if isinstance(value, tuple) else sorted(parts)
    return repr(value)

def instructions(code):
    consts = [constant(each) for each in code.co_consts]
    return code.co_code, code.co_names, code.co_varnames, code.co_flags, consts

def compare(native, ours):
    if native == ours: return "identical"
    if native[:16] != ours[:16]: return "other header"
    one, other = marshal.loads(native[16:]), marshal.loads(ours[16:])
    if one == other: return "equal code"
    return "equal instructions" if instructions(one) == instructions(other) else "other instructions"

def read(path):
    with open(path, "rb") as file: return file.read()

cpu, found, pyc = 0.0, {}, os.path.join(work, "native.pyc")
for number, path in enumerate(json.loads(read(os.path.join(work, "list.json")))):
    source = os.path.join(work, "m%d.py" % number)
    ours = importlib.util.cache_from_source(source)
    if what == "accept":
        if os.path.exists(ours): importlib.machinery.SourceFileLoader("m%d" % number, source).get_code("m%d" % number)
        continue
    begin = time.process_time()
    try:
        py_compile.compile(path, cfile=pyc, dfile=path, doraise=True,
            invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH)
    except py_compile.PyCompileError:
        kind = "refused by one" if os.path.exists(ours) else "refused by both"
    else:
        cpu += time.process_time() - begin
        kind = compare(read(pyc), read(ours)) if os.path.exists(ours) else "refused by one"
    found.setdefault(kind, []).append(path)
print(json.dumps({"python": sys.version.split()[0], "cpuSeconds": round(cpu, 1), "found": found}))
`;

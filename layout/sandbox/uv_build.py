"""What uv_build, a program in Rust, does for pure projects (docs.astral.sh/uv/concepts/build-backend): wheels only."""

import base64
import hashlib
import os
import re
import tomllib
import zipfile
from fnmatch import fnmatchcase
from pathlib import Path

EXCLUDED = ["__pycache__", "*.pyc", "*.pyo"]
LICENSES = ["LICEN[CS]E*", "COPYING*", "NOTICE*", "AUTHORS*"]
TYPES = {".md": "text/markdown", ".rst": "text/x-rst", ".txt": "text/plain"}
TIME = (2020, 1, 1, 0, 0, 0)


class ProjectError(Exception):
    pass


def build_wheel(folder, config_settings=None, metadata_directory=None):
    with open("pyproject.toml", "rb") as file:
        document = tomllib.load(file)
    project = document["project"]
    settings = document.get("tool", {}).get("uv", {}).get("build-backend", {})
    if project.get("dynamic"):
        raise ProjectError(f"uv_build knows nothing dynamic: {', '.join(project['dynamic'])}")
    stem = f"{normalized(project['name']).replace('-', '_')}-{version_of(project['version'])}"
    files = {**module_files(project, settings), **data_files(settings, stem)}
    info = f"{stem}.dist-info"
    licenses = license_files(project)
    for path in licenses:
        files[f"{info}/licenses/{path}"] = Path(path).read_bytes()
    files[f"{info}/WHEEL"] = b"Wheel-Version: 1.0\nGenerator: ociasm\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
    points = entry_points(project)
    if points:
        files[f"{info}/entry_points.txt"] = points.encode()
    files[f"{info}/METADATA"] = metadata(project, licenses).encode()
    name = f"{stem}-py3-none-any.whl"
    write_wheel(os.path.join(folder, name), files, info)
    return name


def normalized(name):
    return re.sub(r"[-_.]+", "-", name).lower()


def version_of(text):
    try:
        from packaging.version import Version

        return str(Version(text))
    except ImportError:
        return text.strip().lower()


def module_files(project, settings):
    root = Path(settings.get("module-root", "src"))
    names = settings.get("module-name", normalized(project["name"]).replace("-", "_"))
    excluded = [*settings.get("source-exclude", []), *settings.get("wheel-exclude", [])]
    if settings.get("default-excludes", True):
        excluded += EXCLUDED
    found = {}
    for name in [names] if isinstance(names, str) else names:
        folder = root.joinpath(*name.split("."))
        namespace = settings.get("namespace", False)
        if not folder.is_dir() or not (namespace or has_init(folder, name)):
            raise ProjectError(f"expected a Python module at {folder / '__init__.py'}")
        for path in sorted(folder.rglob("*")):
            if path.is_file() and not is_excluded(path, excluded):
                found[path.relative_to(root).as_posix()] = path.read_bytes()
    return found


def has_init(folder, name):
    return (folder / "__init__.py").is_file() or (name.endswith("-stubs") and (folder / "__init__.pyi").is_file())


def is_excluded(path, patterns):
    """Without a slash at its start a pattern holds at any depth; it leaves out what lies below, too."""
    parts = path.parts
    for pattern in patterns:
        anchored = pattern.startswith("/")
        wanted = pattern.strip("/")
        count = wanted.count("/") + 1
        for at in range(1 if anchored else len(parts)):
            for end in range(at + 1, len(parts) + 1):
                candidate = "/".join(parts[at:end])
                if ("**" in wanted or end - at == count) and fnmatchcase(candidate, wanted):
                    return True
    return False


def data_files(settings, stem):
    found = {}
    for key, folder in settings.get("data", {}).items():
        for path in sorted(Path(folder).rglob("*")):
            if path.is_file():
                found[f"{stem}.data/{key}/{path.relative_to(folder).as_posix()}"] = path.read_bytes()
    return found


def license_files(project):
    patterns = project.get("license-files")
    if patterns is None and isinstance(project.get("license"), dict):
        patterns = [project["license"]["file"]] if "file" in project["license"] else []
    found = {path.as_posix() for each in (LICENSES if patterns is None else patterns) for path in Path().glob(each)}
    return sorted(path for path in found if Path(path).is_file())


def entry_points(project):
    groups = {
        "console_scripts": project.get("scripts", {}),
        "gui_scripts": project.get("gui-scripts", {}),
        **project.get("entry-points", {}),
    }
    return "".join(
        f"[{group}]\n" + "".join(f"{name} = {target}\n" for name, target in sorted(points.items())) + "\n"
        for group, points in groups.items()
        if points
    )


def metadata(project, licenses):
    modern = isinstance(project.get("license"), str) or licenses
    lines = [("Metadata-Version", "2.4" if modern else "2.3"), ("Name", project["name"])]
    lines.append(("Version", version_of(project["version"])))
    lines.append(("Summary", " ".join(project.get("description", "").splitlines())))
    lines.append(("Keywords", ",".join(project.get("keywords", []))))
    lines += people(project.get("authors", []), "Author")
    license = project.get("license")
    if isinstance(license, str):
        lines.append(("License-Expression", license))
    elif license is not None:
        lines.append(("License", license.get("text") or Path(license["file"]).read_text()))
    lines += [("License-File", path) for path in licenses]
    lines += [("Classifier", each) for each in project.get("classifiers", [])]
    lines += [("Requires-Dist", plain(each)) for each in project.get("dependencies", [])]
    extras = project.get("optional-dependencies", {})
    for extra, requirements in extras.items():
        lines += [("Requires-Dist", with_extra(each, normalized(extra))) for each in requirements]
    lines += people(project.get("maintainers", []), "Maintainer")
    lines.append(("Requires-Python", re.sub(r"\s*,\s*", ", ", project.get("requires-python", ""))))
    lines += [("Project-URL", f"{label}, {url}") for label, url in project.get("urls", {}).items()]
    lines += [("Provides-Extra", normalized(extra)) for extra in extras]
    kind, text = description(project.get("readme"))
    lines.append(("Description-Content-Type", kind))
    head = "".join(f"{key}: {folded(value)}\n" for key, value in lines if value)
    return head if text == "" else f"{head}\n{text}"


def folded(value):
    return value.replace("\n", "\n        ")


def people(persons, field):
    names = [each["name"] for each in persons if "name" in each]
    emails = [f"{each['name']} <{each['email']}>" if "name" in each else each["email"] for each in persons if "email" in each]
    return [(field, ", ".join(names)), (f"{field}-email", ", ".join(emails))]


def plain(requirement):
    """name[extras]versions ; marker. What a marker means is not simplified, as uv does."""
    head, semicolon, marker = requirement.partition(" ;" if "@" in requirement else ";")
    name, rest = re.match(r"\s*([A-Za-z0-9._-]*[A-Za-z0-9])(.*)", head, re.DOTALL).groups()
    if "@" in rest:
        extras, url = rest.split("@", 1)
        rest = f"{extras.replace(' ', '')} @ {url.strip()}"
    else:
        rest = re.sub(r"[\s()]", "", rest)
    spaced = re.sub(r"\s*(===|~=|==|!=|<=|>=|<|>)\s*", r" \1 ", marker.strip()).replace('"', "'")
    return f"{normalized(name)}{rest}" + (f" ; {spaced}" if semicolon else "")


def with_extra(requirement, extra):
    head, semicolon, marker = plain(requirement).partition(" ; ")
    if not semicolon:
        return f"{head} ; extra == '{extra}'"
    either = re.search(r"\bor\b", marker) is not None
    return f"{head} ; {f'({marker})' if either else marker} and extra == '{extra}'"


def description(readme):
    if readme is None:
        return "", ""
    if isinstance(readme, str):
        return TYPES.get(Path(readme).suffix.lower(), "text/plain"), Path(readme).read_text()
    text = readme["text"] if "text" in readme else Path(readme["file"]).read_text()
    return readme.get("content-type") or TYPES.get(Path(readme.get("file", "")).suffix.lower(), "text/plain"), text


def write_wheel(path, files, info):
    record = []
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
            quoted = f'"{name}"' if "," in name else name
            record.append(f"{quoted},sha256={digest},{len(content)}\n")
            put(archive, name, content)
        put(archive, f"{info}/RECORD", "".join([*record, f"{info}/RECORD,,\n"]).encode())


def put(archive, name, content):
    entry = zipfile.ZipInfo(name, TIME)
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.external_attr = 0o100644 << 16
    archive.writestr(entry, content)

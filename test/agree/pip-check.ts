/**
 * A Python program. Reads {environment, reports, judged}, follows the requirements from the roots as `pip check` does,
 * by `packaging` and the metadata that pip reported, and writes a list of problems for each solution.
 */
export const CHECK = `
import json, sys
from urllib.parse import unquote
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import Version

given = json.load(sys.stdin)
environment = given["environment"]
known = {}

def requirements(key):
    if key not in known:
        known[key] = [Requirement(text) for text in given["reports"][key]["metadata"].get("requires_dist", [])]
    return known[key]

def holds(marker, extras):
    return marker is None or any(marker.evaluate({**environment, "extra": extra}) for extra in extras)

def problems(judged):
    found = []
    versions = {}
    for pin in judged["pins"]:
        name, version = pin["name"], pin["version"]
        if name in versions:
            found.append(f"{name} is there twice")
        versions[name] = version
        report = given["reports"].get(f"{name}=={version}")
        if report is None:
            found.append(f"pip does not take {name}=={version}")
            continue
        file = unquote(report["download_info"]["url"].rsplit("/", 1)[1])
        if file != pin["filename"]:
            found.append(f"{name}: pip chooses {file}, not {pin['filename']}")
        python = report["metadata"].get("requires_python")
        if python and not SpecifierSet(python).contains(environment["python_full_version"], prereleases=True):
            found.append(f"{name}=={version} needs Python {python}")
    if found:
        return found
    extras = {}
    queue = []

    def ask(requirement, who):
        name = canonicalize_name(requirement.name)
        if name not in versions:
            found.append(f"{who} needs {requirement}, which is not there")
            return
        if not requirement.specifier.contains(Version(versions[name]), prereleases=True):
            found.append(f"{who} needs {requirement}, not {versions[name]}")
        wanted = {canonicalize_name(extra) for extra in requirement.extras}
        if name not in extras or not wanted <= extras[name]:
            extras[name] = extras.get(name, set()) | wanted
            queue.append(name)

    for root in judged["roots"]:
        requirement = Requirement(root)
        if holds(requirement.marker, [""]):
            ask(requirement, "the user")
    while queue:
        name = queue.pop()
        for requirement in requirements(f"{name}=={versions[name]}"):
            if holds(requirement.marker, ["", *extras[name]]):
                ask(requirement, f"{name}=={versions[name]}")
    found.extend(f"nobody needs {name}" for name in versions if name not in extras)
    return sorted(set(found))

json.dump([problems(judged) for judged in given["judged"]], sys.stdout)
`;

# SPDX-License-Identifier: Apache-2.0
"""Checks the files for Spack without Spack: check.py [ROOT OF THE CHECKOUT]. Exits with 77 where Python has no yaml.

The YAML files are what Spack takes, the recipe names packages that exist and options that our CMake files have, and every
library that these ask for is among its dependencies.
"""
import ast
import re
import sys
from pathlib import Path

try:
    import yaml
except ImportError:
    print("no yaml module; install python3-yaml")
    sys.exit(77)

# Which package gives what CMake looks for; none for what comes with the compiler or with CMake.
PROVIDER = {
    "benchmark": "benchmark",
    "CLI11": "cli11",
    "CUDAToolkit": "cuda",
    "fmt": "fmt",
    "GTest": "googletest",
    "HDF5": "hdf5",
    "highway": "highway",
    "hwy": "highway",
    "JPEG": "libjpeg-turbo",
    "LTR_CUDART": "cuda",
    "LTR_CUDART_INCLUDE": "cuda",
    "LTR_NCCL": "nccl",
    "LTR_NCCL_INCLUDE": "nccl",
    "LTR_NVCC": "cuda",
    "LTR_TORCH_C10": "py-torch",
    "LTR_TORCH_C10_CUDA": "py-torch",
    "LTR_TORCH_CPU": "py-torch",
    "LTR_TORCH_CUDA": "py-torch",
    "MPI": "mpi",
    "nlohmann_json": "nlohmann-json",
    "OpenMP": None,
    "OpenSSL": "openssl",
    "PkgConfig": "pkgconfig",
    "PNG": "libpng",
    "RANDOM123_INCLUDE": "random123",
    "spdlog": "spdlog",
    "Threads": None,
    "tomlplusplus": "tomlplusplus",
    "ZLIB": "zlib-api",
}
# Variants that come with the recipe's base classes.
INHERITED_VARIANTS = {"build_type", "cuda", "cuda_arch", "generator", "ipo"}
OUR_PACKAGE = "ltr-grid"

root = Path(sys.argv[1] if len(sys.argv) > 1 else Path(__file__).parents[2]).resolve()
recipe_folder = root / "jobs/spack/spack_repo/ltr_grid"
errors = []


def complain(place, what):
    errors.append(f"{place.relative_to(root)}: {what}")


def load(path):
    """What a YAML file holds: an empty mapping, with a complaint, where there is none."""
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, yaml.YAMLError) as error:
        complain(path, error)
        return {}
    if not isinstance(content, dict):
        complain(path, "no mapping")
        return {}
    return content


known_packages = {
    line
    for line in (Path(__file__).parent / "known_packages.txt").read_text(encoding="utf-8").split("\n")
    if line and not line.startswith("#")
}


def check_name(place, name):
    if name not in known_packages | {OUR_PACKAGE, "all"}:
        complain(place, f"no package {name} in tests/spack/known_packages.txt")


def check_spec(place, spec):
    """A spec with ': ' or a last ':' that is not quoted is a mapping to YAML."""
    if not isinstance(spec, str):
        complain(place, f"{spec} is no string; put the spec in quotes")
        return
    name = re.match(r"[a-z0-9-]*", spec).group()
    if name:
        check_name(place, name)
    # Another package's part of the spec, such as ^py-networkx~default or %gcc.
    for name in re.findall(r"[\^]([a-z0-9-]+)", spec):
        check_name(place, name)


def check_packages(place, packages):
    for name, settings in packages.items():
        check_name(place, name)
        for variant in settings.get("variants", []):
            if not isinstance(variant, str) or not re.match(r"[+~]|\w+=", variant):
                complain(place, f"{name}: {variant} is no variant")
        for external in settings.get("externals", []):
            check_spec(place, external.get("spec"))
            if not isinstance(external.get("prefix"), str):
                complain(place, f"{name}: an external without prefix")
            for dependency in external.get("dependencies", []):
                check_spec(place, dependency.get("spec"))


def check_repository(place, folder, name):
    """The folder is on Python's search path by its name, which therefore is the namespace."""
    repo = load(folder / "repo.yaml").get("repo", {})
    if not name == repo.get("namespace") == folder.name or folder.parent.name != "spack_repo":
        complain(place, f"{name} is not the namespace and the folder's name of {folder} in a folder spack_repo")
    if not str(repo.get("api")).startswith("v2."):
        complain(place, f"{folder}: repositories of API v2 alone are looked up like this")


def check_environment(path):
    environment = load(path).get("spack", {})
    # Relative paths count from the environment's folder.
    here = path.parent
    specs = environment.get("specs", [])
    if not specs:
        complain(path, "no specs")
    for spec in specs:
        check_spec(path, spec)
    for name, folder in environment.get("repos", {}).items():
        check_repository(path, (here / folder).resolve(), name)
    if OUR_PACKAGE not in environment.get("develop", {}):
        complain(path, f"{OUR_PACKAGE} is not built from the checkout")
    for name, develop in environment.get("develop", {}).items():
        check_name(path, name)
        check_spec(path, develop.get("spec"))
        if (here / develop.get("path", "")).resolve() != root:
            complain(path, f"{name}: {develop.get('path')} is not the root of the checkout")
    for included in environment.get("include", []):
        if not (here / included).is_file():
            complain(path, f"{included} does not exist")
    check_packages(path, environment.get("packages", {}))


def cmake_files():
    return [root / "CMakeLists.txt", *(file for room in ("src", "tests", "bench")
                                       for pattern in ("CMakeLists.txt", "*.cmake")
                                       for file in sorted((root / room).glob(pattern)))]


def without_comments(path):
    return re.sub(r"#.*", "", path.read_text(encoding="utf-8"))


def cmake_options():
    """What -D may set: options and cache variables."""
    found = set()
    for file in cmake_files():
        text = without_comments(file)
        found.update(re.findall(r"\boption\(\s*(\w+)", text))
        found.update(re.findall(r"\bfind_(?:program|library|path|file)\(\s*(\w+)", text))
        found.update(re.findall(r"\bset\(\s*(\w+)[^()]*\bCACHE\b", text))
    return found


def check_libraries(recipe, dependencies):
    """Every library that the CMake files ask for is a dependency of the recipe."""
    for file in cmake_files():
        text = without_comments(file)
        asked = re.findall(r"\b(?:find_package|ltr_find|ltr_find_either|find_path|find_library)\(\s*([\w+-]+)", text)
        for library in dict.fromkeys(asked):
            if library not in PROVIDER:
                complain(file, f"{library}: which package provides it? Tell tests/spack/check.py")
            elif PROVIDER[library] and PROVIDER[library] not in dependencies:
                complain(recipe, f"no depends_on for {PROVIDER[library]}, of which {file.name} wants {library}")


def text_of(node):
    """A string as far as it is written out: of f"{x}y" the y, with a blank for x."""
    if isinstance(node, ast.JoinedStr):
        return "".join(part.value if isinstance(part, ast.Constant) else " " for part in node.values)
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def calls(tree, name):
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", None)
            if called == name:
                yield node


def check_recipe(path):
    try:
        tree = ast.parse(path.read_text(encoding="utf-8"))
    except (OSError, SyntaxError) as error:
        complain(path, error)
        return
    classes = [node.name for node in tree.body if isinstance(node, ast.ClassDef)]
    expected = "".join(word.capitalize() for word in path.parent.name.split("_"))
    if classes != [expected]:
        complain(path, f"class {', '.join(classes)}; a folder {path.parent.name} has one class, {expected}")
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and not re.match(r"spack\.package$|spack_repo\.builtin\.", node.module):
            complain(path, f"import of {node.module}, which is no part of Spack's interface for packages")

    dependencies = set()
    for call in calls(tree, "depends_on"):
        name = re.match(r"[a-z0-9-]*", text_of(call.args[0]) or "").group()
        check_name(path, name)
        dependencies.add(name)
    variants = INHERITED_VARIANTS | {text_of(call.args[0]) for call in calls(tree, "variant")}
    options = cmake_options()
    for call in [*calls(tree, "define"), *calls(tree, "define_from_variant")]:
        option = text_of(call.args[0])
        if option not in options and not option.startswith("CMAKE_"):
            complain(path, f"{option} is no option and no cache variable of our CMake files")
    for call in calls(tree, "define_from_variant"):
        variant = text_of(call.args[1]) if len(call.args) > 1 else text_of(call.args[0]).lower()
        if variant not in variants:
            complain(path, f"no variant {variant}")
    for option in re.findall(r"-D(\w+)=", path.read_text(encoding="utf-8")):
        if option not in options:
            complain(path, f"-D{option}: no option and no cache variable of our CMake files")
    check_libraries(path, dependencies)


index = root / "spack-repo-index.yaml"
paths = load(index).get("repo_index", {}).get("paths", [])
if [(root / path).resolve() for path in paths] != [recipe_folder]:
    complain(index, f"{paths} is not the folder of our recipe")
check_repository(index, recipe_folder, "ltr_grid")
environments = [root / "spack.yaml", *sorted(root.glob("jobs/spack/*/spack.yaml"))]
if len(environments) < 2:
    complain(root / "jobs/spack", "no environment for GPUs")
for environment in environments:
    check_environment(environment)
for settings in sorted(root.glob("jobs/spack/**/packages.yaml")):
    check_packages(settings, load(settings).get("packages", {}))
check_recipe(recipe_folder / "packages" / OUR_PACKAGE.replace("-", "_") / "package.py")

for error in errors:
    print(error)
print(f"{len(errors)} faults in the files for Spack" if errors else "the files for Spack hold")
sys.exit(1 if errors else 0)

# SPDX-License-Identifier: Apache-2.0
"""What check.py has to find: violations.py puts one fault at a time into a copy of the files and reads its answer."""
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

root = Path(__file__).resolve().parents[2]
RECIPE = "jobs/spack/spack_repo/ltr_grid/packages/ltr_grid/package.py"
GPU = "jobs/spack/gpu/spack.yaml"
SITE = "jobs/spack/site/packages.yaml"

# File, what stands there, what is put in its place, what check.py says of it.
FAULTS = [
    ("spack.yaml", '"ltr-grid@main +figures"', "ltr-grid@main:", "put the spec in quotes"),
    ("spack.yaml", '"ltr-grid@main +figures"', "ltr_grid +figures", "no package ltr"),
    ("spack.yaml", "path: .", "path: jobs", "is not the root of the checkout"),
    ("spack.yaml", "spack_repo/ltr_grid", "spack_repo/grid", "repo.yaml"),
    ("spack.yaml", "  specs:", "  specs: [", "spack.yaml: while parsing"),
    ("spack-repo-index.yaml", "jobs/spack", "jobs", "is not the folder of our recipe"),
    ("jobs/spack/spack_repo/ltr_grid/repo.yaml", "namespace: ltr_grid", "namespace: ltr", "is not the namespace"),
    ("jobs/spack/spack_repo/ltr_grid/repo.yaml", "v2.0", "v1.0", "API v2"),
    ("jobs/spack/packages.yaml", '"~valgrind"', "valgrind", "valgrind is no variant"),
    (GPU, "- ../packages.yaml", "- packages.yaml", "packages.yaml does not exist"),
    (SITE, '"slurm@24-05-4-1"', "slurm@24:", "mapping values are not allowed here"),
    (SITE, "prefix: /opt", "path: /opt", "an external without prefix"),
    (RECIPE, "def cmake_args(self):", "def cmake_args(self)", "expected ':'"),
    (RECIPE, "class LtrGrid(", "class Ltr_grid(", "has one class, LtrGrid"),
    (RECIPE, '"zlib-api"', '"zlib-apis"', "no package zlib-apis"),
    (RECIPE, '    depends_on("spdlog@1.10:")\n', "", "no depends_on for spdlog"),
    (RECIPE, '"LTR_WITH_CUDA"', '"LTR_CUDA"', "LTR_CUDA is no option"),
    (RECIPE, '"LTR_WITH_CUDA", "cuda"', '"LTR_WITH_CUDA", "gpu"', "no variant gpu"),
    ("CMakeLists.txt", "option(LTR_BUILD_TESTS", "option(LTR_TESTS", "LTR_BUILD_TESTS is no option"),
    ("src/third_party.cmake", "ltr_find(fmt", "ltr_find(Boost)\nltr_find(fmt", "Boost: which package"),
]


def check(folder):
    script = root / "tests/spack/check.py"
    return subprocess.run([sys.executable, script, folder], capture_output=True, text=True, check=False)


failed = 0
with tempfile.TemporaryDirectory() as folder:
    files = [file for pattern in ("spack*.yaml", "CMakeLists.txt", "*/CMakeLists.txt", "*/*.cmake", "jobs/spack/**/*.*")
             for file in root.glob(pattern) if file.is_file() and "build" not in file.relative_to(root).parts]
    copy = Path(folder)
    for file in files:
        target = copy / file.relative_to(root)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(file, target)
    answer = check(copy)
    if answer.returncode == 77:
        print(answer.stdout, end="")
        sys.exit(77)
    if answer.returncode != 0:
        print(f"the files hold faults of their own:\n{answer.stdout}{answer.stderr}")
        failed += 1
    for name, before, after, message in FAULTS:
        file = copy / name
        text = file.read_text(encoding="utf-8")
        if before not in text:
            print(f"{name} has no '{before}' to put a fault into")
            failed += 1
            continue
        file.write_text(text.replace(before, after, 1), encoding="utf-8")
        answer = check(copy)
        if answer.returncode != 1 or message not in answer.stdout:
            print(f"{name} with '{after}': exit {answer.returncode}, no '{message}' in\n{answer.stdout}{answer.stderr}")
            failed += 1
        file.write_text(text, encoding="utf-8")
print(f"{failed} of {len(FAULTS) + 1} failed" if failed else f"{len(FAULTS)} faults are named")
sys.exit(1 if failed else 0)

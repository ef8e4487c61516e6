# SPDX-License-Identifier: Apache-2.0
import re

from spack_repo.builtin.build_systems.cmake import CMakePackage, generator
from spack_repo.builtin.build_systems.cuda import CudaPackage

from spack.package import *


class LtrGrid(CMakePackage, CudaPackage):
    """Benchmark suite for long-tailed recognition on clusters. It trains a grid of
    samplings and learning strategies over MPI ranks into one HDF5 record."""

    homepage = "https://github.com/ltr-grid/ltr_grid"
    git = "https://github.com/ltr-grid/ltr_grid.git"

    tags = ["proxy-app"]

    license("Apache-2.0")

    sanity_check_is_file = [
        "bin/ltr_data",
        "bin/ltr_grid",
        "bin/ltr_report",
        "share/ltr_grid/configs/quickstart.toml",
    ]

    version("main", branch="main")

    variant("tests", default=False, description="Build the tests, for spack install --test=root")
    variant("benchmarks", default=False, description="Install the *_bench programs")
    variant("figures", default=False, description="Let ltr_report draw figures, by gnuplot")

    generator("ninja")

    # Lower bounds are the oldest releases that the suite is tested with.
    with default_args(type="build"):
        depends_on("c")
        depends_on("cxx")
        depends_on("cmake@3.25:")
        depends_on("pkgconfig")

    depends_on("mpi@3:")
    depends_on("py-torch@2.10:")
    # A parallel HDF5 would want MPI in programs that have none.
    depends_on("hdf5@1.10:1 ~mpi")
    depends_on("cli11@2.1:")
    depends_on("fmt@9:12")
    depends_on("highway@1.0.3:")
    depends_on("libjpeg-turbo@2.1:")
    depends_on("libpng@1.6:")
    depends_on("nlohmann-json@3.11:")
    depends_on("openssl@3:")
    depends_on("random123@1.14:")
    depends_on("spdlog@1.10:")
    depends_on("tomlplusplus@3.3:")
    depends_on("zlib-api")

    depends_on("googletest@1.12: +gmock", type="build", when="+tests")
    depends_on("benchmark@1.7:", when="+benchmarks")
    # PNG files are drawn by its terminal pngcairo.
    depends_on("gnuplot@5.4: +cairo", type="run", when="+figures")

    depends_on("py-torch ~cuda", when="~cuda")
    with when("+cuda"):
        # The first release whose nvcc knows C++20 and compute capability 9.0.
        depends_on("cuda@12:")
        depends_on("nccl")
        depends_on("py-torch +cuda")
    for _arch in CudaPackage.cuda_arch_values:
        if int(re.match(r"\d+", _arch).group()) < 80:
            conflicts(
                f"cuda_arch={_arch}", when="+cuda", msg="GPUs need compute capability 8.0 or newer"
            )
        else:
            depends_on(f"nccl cuda_arch={_arch}", when=f"+cuda cuda_arch={_arch}")
            depends_on(f"py-torch cuda_arch={_arch}", when=f"+cuda cuda_arch={_arch}")
    conflicts(
        "cuda_arch=none",
        when="+cuda",
        msg="name the compute capability of your GPUs, such as cuda_arch=90",
    )

    requires("platform=linux", msg="ltr_grid runs on Linux alone")
    # The oldest compilers that the suite is tested with; older ones lack parts of C++20.
    conflicts("%gcc@:11", msg="C++20 needs GCC 12 or newer")
    conflicts("%clang@:15", msg="C++20 needs Clang 16 or newer")

    def cmake_args(self):
        spec = self.spec
        # py-torch names <torch>/share/cmake.
        torch = ancestor(self["py-torch"].cmake_prefix_paths[0], 2)
        args = [
            self.define("LTR_TORCH_ROOT", torch),
            self.define("LTR_CCACHE", False),
            self.define_from_variant("LTR_WITH_CUDA", "cuda"),
            self.define_from_variant("LTR_BUILD_TESTS", "tests"),
            self.define_from_variant("LTR_BUILD_BENCHMARKS", "benchmarks"),
            self.define_from_variant("LTR_INSTALL_BENCHMARKS", "benchmarks"),
        ]
        if spec.satisfies("+cuda"):
            args.append(self.define_from_variant("LTR_CUDA_ARCHITECTURES", "cuda_arch"))
            args.append(self.define("LTR_NVCC", spec["cuda"].prefix.bin.nvcc))
        if "commit" in spec.variants:
            args.append(self.define("LTR_GIT_HASH", spec.variants["commit"].value))
        return args

    def setup_run_environment(self, env: EnvironmentModifications) -> None:
        if self.spec.satisfies("+benchmarks"):
            env.prepend_path("PATH", self.prefix.libexec.ltr_grid)

    def test_version(self):
        """every program names its version"""
        for name in ("ltr_data", "ltr_grid", "ltr_report"):
            with test_part(self, f"test_version_{name}", purpose=f"{name} --version"):
                program = which(join_path(self.prefix.bin, name), required=True)
                assert name in program("--version", output=str.split, error=str.split)

    def test_tiny_grid(self):
        """draw a tiny set, train every cell of the quickstart on it, print the table"""
        data = which(self.prefix.bin.ltr_data, required=True)
        grid = which(self.prefix.bin.ltr_grid, required=True)
        report = which(self.prefix.bin.ltr_report, required=True)

        drawn = ["--classes", "4", "--largest", "16", "--imbalance", "4", "--size", "8"]
        data("synthesise", "--output", "packs", *drawn)

        settings = [
            "data.root=packs",
            "data.shots={ many_above = 10, few_below = 6 }",
            "run.output=tiny.h5",
            "input.size=8",
            "input.evaluation_resize=8",
            "stage_1.epochs=1",
            "stage_1.warmup_epochs=0",
            "stage_1.global_batch=16",
            "stage_2.crt.epochs=1",
            "stage_2.lws.epochs=1",
        ]
        changed = [word for setting in settings for word in ("--set", setting)]
        # Without a folder this is the installed configuration.
        grid("--config", "quickstart.toml", *changed)

        table = report("tiny.h5", output=str.split, error=str.split)
        for name in ("square_root", "class_balanced", "tau_normalized", "lws"):
            assert name in table, f"the table has no {name}"

# SPDX-License-Identifier: Apache-2.0
"""The suite's training step beside Python torch's: same model, batch, precision, and threads or GPU, as a table.

    build/peers/bin/python bench/peers/compare_step.py [--program STEP_BENCH] [--workload NAME]... [--rounds N]
                                                       [--threads 1|2|both] [--core A[,B]]
                                                       [--device cuda] [--precision float32|tf32|bfloat16]

In every round step_bench and each peer run once, in turn, so that a machine whose speed drifts does the same to all.
Images a second are the median over the rounds; a ratio is taken within a round, and given as median, lowest, highest.
"""
import argparse
import os
import pathlib
import re
import statistics
import subprocess
import sys
import tempfile
from typing import NamedTuple

ROOT = pathlib.Path(__file__).resolve().parents[2]
PEERS = {"eager": "torch, eager", "channels_last": "torch, eager, channels last, fused SGD",
         "compile": "torch.compile, channels last, fused SGD"}
ROWS = {1: ("alone", "one rank alone"), 2: ("few", "all, V = R")}  # of step_bench, by ranks of one thread each
GPU_ROW = ("graph", "all, V = R, graph")


class Workload(NamedTuple):
    size: int  # pixels a side
    batch: int  # images a thread
    peer_steps: int
    rounds: int  # of step_bench, two steps each


WORKLOADS = {"resnet32": Workload(32, 128, 12, 6), "resnet10": Workload(64, 64, 12, 6),
             "resnext50_32x4d": Workload(224, 16, 4, 2)}
GPU_WORKLOADS = {"resnet50": Workload(224, 256, 40, 20), "resnext50_32x4d": Workload(224, 256, 40, 20),
                 "resnet32": Workload(32, 128, 40, 20)}


class Bench:
    """Runs programs on the cores named. torch.compile keeps its work in `scratch`, so only the first round compiles."""

    def __init__(self, cores, device, precision, scratch):
        self.cores = cores
        self.flags = ["--device", device, "--precision", precision]
        self.environment = {"TORCHINDUCTOR_CACHE_DIR": scratch, **os.environ}

    def output_of(self, command, cores, threads_a_process):
        environment = dict(self.environment, OMP_NUM_THREADS=str(threads_a_process))
        # A GPU's host threads go where they like.
        bound = [] if "cuda" in self.flags else ["taskset", "-c", ",".join(map(str, self.cores[:cores]))]
        done = subprocess.run([*bound, *command], env=environment, stdout=subprocess.PIPE, text=True)
        if done.returncode != 0:
            sys.exit(f"'{' '.join(command)}' ended with {done.returncode}, so there is nothing to compare; its message "
                     f"is above, its output was:\n{done.stdout}")
        return done.stdout

    def ours(self, program, backbone, workload, ranks):
        variant, row = GPU_ROW if "cuda" in self.flags else ROWS[ranks]
        command = [program, "--backbone", backbone, "--size", str(workload.size), "--batch", str(workload.batch),
                   "--rounds", str(workload.rounds), "--variants", variant, *self.flags]
        if ranks > 1:
            launch = f'. "{ROOT}/jobs/local/mpi.sh" && launch "$@"'
            command = ["bash", "-c", launch, "launch", str(ranks), *command]
        return rate_in(self.output_of(command, ranks, 1), row, ranks, workload.batch * ranks)

    def theirs(self, peer, backbone, workload, threads):
        """Images a second, or nothing where the peer cannot run."""
        command = [sys.executable, str(pathlib.Path(__file__).with_name("step_peers.py")), peer, backbone,
                   str(workload.size), str(workload.batch * threads), "--threads", str(threads),
                   "--steps", str(workload.peer_steps), *self.flags]
        text = self.output_of(command, threads, threads)
        return float(text.split("\t")[1]) if text else None


def rate_in(text, name, ranks, batch):
    """Images a second of step_bench's row `name`: ranks, V, batch, median ms, p95 ms, images/s, ..., OK."""
    row = re.search(rf"^{re.escape(name)} +(\d+) +\d+ +(\d+) +[\d.]+ +[\d.]+ +([\d.]+) .* OK$", text, re.MULTILINE)
    if row is None or (int(row[1]), int(row[2])) != (ranks, batch) or float(row[3]) <= 0:
        sys.exit(f"step_bench printed no row '{name}' of {ranks} ranks and {batch} images with a rate and OK, so it is "
                 f"not what this script knows; use a program and a script of the same commit. It printed:\n{text}")
    return float(row[3])


def compare(bench, program, backbone, workload, threads, rounds):
    own, peers = [], {peer: [] for peer in PEERS}
    for _ in range(rounds):
        own.append(bench.ours(program, backbone, workload, threads))
        for peer in list(peers):
            rate = bench.theirs(peer, backbone, workload, threads)
            if rate is None:
                del peers[peer]
            else:
                peers[peer].append(rate)
    print(f"{backbone}, {workload.size} px, {workload.batch * threads} images a step, threads: {threads}")
    print(f"  {'this suite':42}{statistics.median(own):>10.1f}")
    for peer, rates in peers.items():
        ratios = [mine / rate for mine, rate in zip(own, rates)]
        print(f"  {PEERS[peer]:42}{statistics.median(rates):>10.1f}{statistics.median(ratios):>15.2f}"
              f"{min(ratios):>9.2f}{max(ratios):>9.2f}", flush=True)


def cores_of(text):
    """Shape of text: A or A,B. The first serves one thread, both serve two."""
    try:
        cores = [int(core) for core in text.split(",")]
    except ValueError:
        raise argparse.ArgumentTypeError(f"'{text}' is no list of cores; give one such as 0,1") from None
    absent = set(cores) - os.sched_getaffinity(0)
    if absent or len(set(cores)) != len(cores):
        raise argparse.ArgumentTypeError(f"'{text}' names a core twice, or one that this process may not use; it may "
                                         f"use {sorted(os.sched_getaffinity(0))}")
    return cores


def rounds_of(text):
    rounds = int(text)
    if rounds < 1:
        raise argparse.ArgumentTypeError(f"{text} rounds measure nothing; give 1 or more")
    return rounds


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", type=pathlib.Path, default=ROOT / "build/release/bin/step_bench")
    parser.add_argument("--workload", choices=sorted({*WORKLOADS, *GPU_WORKLOADS}), action="append", help="may be repeated; default: all")
    parser.add_argument("--rounds", type=rounds_of, default=3)
    parser.add_argument("--threads", choices=["1", "2", "both"], default="both")
    parser.add_argument("--core", type=cores_of, default="0,1", help="one thread runs on the first, two on both")
    parser.add_argument("--device", choices=["cpu", "cuda"], default="cpu", help="cuda: one GPU, program of preset cuda")
    parser.add_argument("--precision", choices=["float32", "tf32", "bfloat16"], default="float32")
    arguments = parser.parse_args()
    workloads = WORKLOADS if arguments.device == "cpu" else GPU_WORKLOADS
    if arguments.device == "cuda":
        arguments.threads = "1"
    threads = [1, 2] if arguments.threads == "both" else [int(arguments.threads)]
    if len(arguments.core) < threads[-1]:
        parser.error(f"{threads[-1]} threads need as many cores; --core names {arguments.core}")
    absent = set(arguments.workload or []) - set(workloads)
    if absent:
        parser.error(f"{', '.join(sorted(absent))} is no workload of --device {arguments.device}; it has {', '.join(workloads)}")
    if not arguments.program.is_file():
        parser.error(f"there is no program {arguments.program}; build the preset release, or name one with --program")
    print(f"{'':44}{'images/s':>10}{'ours / theirs':>15}{'lowest':>9}{'highest':>9}", flush=True)
    with tempfile.TemporaryDirectory() as scratch:
        bench = Bench(arguments.core, arguments.device, arguments.precision, scratch)
        for backbone in arguments.workload or workloads:
            for count in threads:
                compare(bench, str(arguments.program.resolve()), backbone, workloads[backbone], count, arguments.rounds)


if __name__ == "__main__":
    main()

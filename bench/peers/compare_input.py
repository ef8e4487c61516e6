# SPDX-License-Identifier: Apache-2.0
"""The suite's input pipeline beside others, on the same files and one core, as a table.

    python compare_input.py INPUT_BENCH FOLDER [--core N]

INPUT_BENCH is the program of that name, FOLDER one of JPEGs; for the small case they are shrunk to 32 x 32 pixels.
"""
import argparse
import json
import os
import pathlib
import subprocess
import sys
import tempfile

from PIL import Image


def shrink(folder, to):
    for path in sorted(folder.iterdir()):
        if path.suffix in (".JPEG", ".jpg", ".jpeg"):
            image = Image.open(path).convert("RGB").resize((32, 32), Image.BILINEAR)
            image.save(to / f"{path.stem}.jpg", quality=95)


def output_of(command, folder, core):
    environment = dict(os.environ, LTR_BENCH_IMAGES=str(folder), OMP_NUM_THREADS="1")
    return subprocess.run(["taskset", "-c", str(core), *command], env=environment, stdout=subprocess.PIPE,
                          text=True, check=True).stdout


def ours(program, case, folder, core):
    text = output_of([program, f"--benchmark_filter=^{case}$", "--benchmark_repetitions=3", "--benchmark_min_time=1",
                      "--benchmark_format=json"], folder, core)
    runs = json.loads(text)["benchmarks"]
    failed = [run for run in runs if run.get("error_occurred")]
    if failed:
        sys.exit(f"{case}: {failed[0]['error_message']}")
    return next(run["items_per_second"] for run in runs if run.get("aggregate_name") == "median")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("program")
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--core", type=int, default=0)
    arguments = parser.parse_args()
    peers = [sys.executable, str(pathlib.Path(__file__).with_name("input_peers.py"))]
    with tempfile.TemporaryDirectory() as scratch:
        small = pathlib.Path(scratch)
        shrink(arguments.folder, small)
        print(f"{'':34}{'images/s':>10}{'ours / theirs':>15}")
        for case, folder in [("random_resized_crop_224_uint8", arguments.folder),
                             ("random_resized_crop_224_float32", arguments.folder),
                             ("evaluation_224_float32", arguments.folder), ("pad_and_crop_32_float32", small)]:
            rate = ours(arguments.program, case, folder, arguments.core)
            print(f"{case}\n  {'this suite':32}{rate:>10.0f}")
            for line in output_of([*peers, "--case", case], folder, arguments.core).splitlines():
                _, name, theirs = line.split("\t")
                print(f"  {name:32}{float(theirs):>10.0f}{rate / float(theirs):>15.2f}", flush=True)


main()

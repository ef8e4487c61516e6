# SPDX-License-Identifier: Apache-2.0
"""Images a second of a training step in Python torch: one peer, one workload.

    OMP_NUM_THREADS=1 taskset -c 0 python step_peers.py PEER BACKBONE SIZE BATCH [--threads N] [--steps N]
                                                        [--device cpu|cuda] [--precision float32|tf32|bfloat16]

A step is what step_bench's is: forward, cross-entropy, backward and SGD with momentum and weight decay, on random
images in memory, the same in every step. Prints peer, images a second of the median step, its milliseconds, the first
and the last loss, with tabs between. A peer that cannot run here is named on stderr and prints nothing.
"""
import argparse
import contextlib
import math
import pathlib
import statistics
import sys
import time

import torch

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "tests" / "parity"))
from networks import network

CLASSES, WARM_UP = 10, 3
LEARNING_RATE = 1e-3  # so low that few steps lower the loss of every network; the time is that of any other rate


def eager(model, cast, **options):
    """The loss of a batch, under the context manager that `cast` makes, and the optimiser of it."""
    optimiser = torch.optim.SGD(model.parameters(), lr=LEARNING_RATE, momentum=0.9, weight_decay=5e-4, **options)

    def loss_of(images, labels):
        with cast():
            return torch.nn.functional.cross_entropy(model(images), labels)

    return loss_of, optimiser


def eager_fused(model, cast):
    return eager(model, cast, fused=True)


def compiled_fused(model, cast):
    loss_of, optimiser = eager(model, cast, fused=True)
    return torch.compile(loss_of), optimiser


def set_precision(precision, device):
    """What every forward pass is to run under."""
    torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = precision == "tf32"
    if precision == "bfloat16":
        return lambda: torch.autocast(device, torch.bfloat16)
    return contextlib.nullcontext


# How a peer is made, and where its pixels' channels lie.
PEERS = {"eager": (eager, torch.contiguous_format), "channels_last": (eager_fused, torch.channels_last),
         "compile": (compiled_fused, torch.channels_last)}


def obstacle(peer):
    """Why `peer` cannot run here, or nothing. Inductor needs a C++ compiler and Python's headers: it is asked."""
    if peer != "compile":
        return None
    try:
        torch.compile(lambda x: x.sin() + 1)(torch.zeros(8))
    except Exception as error:  # many types, by what is missing
        lines = str(error).strip().splitlines()
        missing = [line for line in lines if "error" in line]
        return f"{type(error).__name__}: {(missing or lines or ['no message'])[0]}"
    return None


def run_steps(loss_of, optimiser, batch, steps):
    """Losses of all steps, warm-up among them, and seconds of those after it."""
    losses, seconds = [], []
    for _ in range(WARM_UP + steps):
        start = time.perf_counter()
        loss = loss_of(*batch)
        loss.backward()
        optimiser.step()
        optimiser.zero_grad(set_to_none=True)
        if loss.is_cuda:
            torch.cuda.synchronize()
        losses.append(loss.item())
        seconds.append(time.perf_counter() - start)
    return losses, seconds[WARM_UP:]


def number(text):
    value = int(text)
    if value <= 0:
        raise argparse.ArgumentTypeError(f"{text} is not above 0")
    return value


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("peer", choices=PEERS)
    parser.add_argument("backbone", help="a name that tests/parity/networks.py knows, such as resnet32")
    parser.add_argument("size", type=number, help="pixels a side")
    parser.add_argument("batch", type=number, help="images a step")
    parser.add_argument("--threads", type=number, default=1)
    parser.add_argument("--steps", type=number, default=12, help="steps that are timed, after a warm-up")
    parser.add_argument("--device", choices=["cpu", "cuda"], default="cpu")
    parser.add_argument("--precision", choices=["float32", "tf32", "bfloat16"], default="float32")
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    torch.manual_seed(1)
    reason = obstacle(arguments.peer)
    if reason:
        print(f"{arguments.peer} is left out: {reason}", file=sys.stderr)
        return
    make, layout = PEERS[arguments.peer]
    device = torch.device(arguments.device)
    cast = set_precision(arguments.precision, arguments.device)
    model = network(arguments.backbone, CLASSES).to(device, memory_format=layout).train()
    images = torch.rand(arguments.batch, 3, arguments.size, arguments.size).contiguous(memory_format=layout)
    batch = images.to(device), torch.randint(CLASSES, (arguments.batch,)).to(device)
    losses, seconds = run_steps(*make(model, cast), batch, arguments.steps)
    if not (all(map(math.isfinite, losses)) and losses[-1] < losses[0]):
        sys.exit(f"{arguments.peer}: the loss went from {losses[0]} to {losses[-1]} and should have fallen, so this is "
                 "no training step; its time is not given")
    median = statistics.median(seconds)
    print(f"{arguments.peer}\t{arguments.batch / median:.2f}\t{1e3 * median:.2f}\t{losses[0]:.4f}\t{losses[-1]:.4f}")


if __name__ == "__main__":
    main()

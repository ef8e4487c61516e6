# SPDX-License-Identifier: Apache-2.0
"""Ten SGD steps of ResNet-20 in plain torch, written to golden/training.txt: losses, and every tensor afterwards.

Run as: build/peers/bin/python tests/parity/reference_training.py
Lines: `loss <step> <value>`, and `tensor <name> <mean of absolute values> <four of its values, spread evenly>`.
"""
import pathlib

import torch

import formula
from networks import network

STEPS, BATCH, CLASSES = 10, 64, 10


def spread(tensor, count=4):
    """`count` elements at 0, n/count, 2n/count, ..."""
    flat = tensor.flatten()
    return [flat[i * flat.numel() // count].item() for i in range(count)]


def main():
    model = network("resnet20", CLASSES)
    formula.fill(model)
    model.train()
    optimiser = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9, weight_decay=5e-4)
    lines = []
    for step in range(STEPS):
        images = formula.values(f"images.{step}", (BATCH, 3, 32, 32), 0.0, 4.0)
        labels = formula.labels(f"labels.{step}", BATCH, CLASSES)
        optimiser.zero_grad()
        loss = torch.nn.functional.cross_entropy(model(images), labels)
        loss.backward()
        optimiser.step()
        lines.append(f"loss {step} {loss.item()!r}")
    for name, tensor in model.state_dict().items():
        mean_abs = tensor.double().abs().mean().item()
        lines.append(" ".join(["tensor", name, repr(mean_abs)] + [repr(value) for value in spread(tensor)]))
    (pathlib.Path(__file__).parent / "golden" / "training.txt").write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()

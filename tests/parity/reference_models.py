# SPDX-License-Identifier: Apache-2.0
"""Writes golden/tensors.txt (names and shapes), golden/logits.txt and golden/python.safetensors.

Run as: build/peers/bin/python tests/parity/reference_models.py
"""
import pathlib

import torch
from safetensors.torch import save_file

import formula
from networks import CIFAR_NETWORKS, IMAGENET_NETWORKS, network

GOLDEN = pathlib.Path(__file__).parent / "golden"
CLASSES = 10
RESNEXTS = ["resnext50_32x4d", "resnext101_32x4d", "resnext152_32x4d"]
IMAGE_SIZES = dict.fromkeys([*IMAGENET_NETWORKS, *RESNEXTS], 64) | dict.fromkeys(CIFAR_NETWORKS, 32)


def main():
    tensors, logits = [], []
    for name, size in IMAGE_SIZES.items():
        model = network(name, CLASSES)
        for key, tensor in model.state_dict().items():
            tensors.append(f"{name} {key} {'x'.join(map(str, tensor.shape))}".rstrip())
        formula.fill(model)
        model.eval()
        images = formula.values("images", (2, 3, size, size), 0.0, 4.0)
        with torch.no_grad():
            for row in model(images):
                logits.append(" ".join([name, str(size)] + [repr(value) for value in row.tolist()]))
    (GOLDEN / "tensors.txt").write_text("\n".join(tensors) + "\n")
    (GOLDEN / "logits.txt").write_text("\n".join(logits) + "\n")
    save_file(
        {
            "matrix": formula.values("matrix", (3, 5), 0.0, 2.0),
            "count": torch.tensor(1234567890123, dtype=torch.int64),
        },
        GOLDEN / "python.safetensors",
        metadata={"written_by": "Python", "umlaut": "ä"},
    )


if __name__ == "__main__":
    main()

# SPDX-License-Identifier: Apache-2.0
"""Joint training of ResNet-20 in plain torch, by the recipe that configs/cifar_lt/cifar10_if100.toml gives ltr_grid.

Run as: OMP_NUM_THREADS=1 build/peers/bin/python tests/parity/joint_training.py --data FOLDER --seed 0 --epochs 8
Prints the test top-1 accuracy of the epoch that is best on validation. Weights start as the authors' do; shuffling and
augmentation are torch's, so runs agree with ltr_grid in distribution, not in bits.
"""
import argparse
import math
import pathlib

import numpy
import torch
from PIL import Image

from networks import network

MEAN = torch.tensor([0.4914, 0.4822, 0.4465]).view(1, 3, 1, 1)
STD = torch.tensor([0.2470, 0.2435, 0.2616]).view(1, 3, 1, 1)


def read(folder, name):
    lines = [line.rsplit(" ", 1) for line in (folder / name).read_text().splitlines()]
    pixels = [numpy.asarray(Image.open(folder / path).convert("RGB")) for path, _ in lines]
    labels = torch.tensor([int(label) for _, label in lines])
    return torch.from_numpy(numpy.stack(pixels)).permute(0, 3, 1, 2).contiguous(), labels


def normalised(pixels):
    return (pixels.float() / 255 - MEAN) / STD


def augmented(pixels):
    """Zero padding of 4, a random crop of 32, a flip half of the time."""
    padded = torch.nn.functional.pad(pixels, (4, 4, 4, 4))
    out = torch.empty_like(pixels)
    places = torch.randint(0, 9, (len(pixels), 2)).tolist()
    flips = (torch.rand(len(pixels)) < 0.5).tolist()
    for i, ((top, left), flip) in enumerate(zip(places, flips)):
        crop = padded[i, :, top : top + 32, left : left + 32]
        out[i] = crop.flip(2) if flip else crop
    return normalised(out)


def initialise(model):
    for module in model.modules():
        if isinstance(module, torch.nn.Conv2d):
            fan = module.kernel_size[0] * module.kernel_size[1] * module.out_channels
            torch.nn.init.normal_(module.weight, 0, math.sqrt(2 / fan))


@torch.no_grad()
def accuracy(model, pixels, labels):
    model.eval()
    right = 0
    for begin in range(0, len(labels), 256):
        logits = model(normalised(pixels[begin : begin + 256]).contiguous(memory_format=torch.channels_last))
        right += (logits.argmax(1) == labels[begin : begin + 256]).sum().item()
    return 100 * right / len(labels)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", type=pathlib.Path, required=True)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--epochs", type=int, default=8)
    parser.add_argument("--batch", type=int, default=128)
    parser.add_argument("--learning-rate", type=float, default=0.1)
    arguments = parser.parse_args()
    torch.manual_seed(arguments.seed)
    train = read(arguments.data, "train_if100.txt")
    validation = read(arguments.data, "val_1000.txt")
    test = read(arguments.data, "test_9000.txt")
    model = network("resnet20", 10)
    initialise(model)
    optimiser = torch.optim.SGD(model.parameters(), lr=arguments.learning_rate, momentum=0.9, weight_decay=5e-4)
    best, at_best = -1.0, 0.0
    for epoch in range(arguments.epochs):
        # One epoch of warm-up at half the rate, then half a cosine over the others.
        share = (epoch - 1) / (arguments.epochs - 1)
        factor = 0.5 if epoch == 0 else 0.5 * (1 + math.cos(math.pi * share))
        optimiser.param_groups[0]["lr"] = arguments.learning_rate * factor
        model.train()
        order = torch.randperm(len(train[1]))
        for begin in range(0, len(order) // arguments.batch * arguments.batch, arguments.batch):
            chosen = order[begin : begin + arguments.batch]
            images = augmented(train[0][chosen]).contiguous(memory_format=torch.channels_last)
            optimiser.zero_grad()
            torch.nn.functional.cross_entropy(model(images), train[1][chosen]).backward()
            optimiser.step()
        on_validation = accuracy(model, *validation)
        if on_validation > best:
            best, at_best = on_validation, accuracy(model, *test)
    print(f"seed {arguments.seed}: validation {best:.2f} test {at_best:.2f}")


if __name__ == "__main__":
    main()

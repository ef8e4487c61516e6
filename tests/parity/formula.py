# SPDX-License-Identifier: Apache-2.0
"""Weights, pixels and labels from a formula that formula.hpp computes too, bit for bit."""
import math
import zlib

import numpy as np
import torch


def hashes(name, count):
    """splitmix64's mixing of crc32(name) * 2^32 + index."""
    z = (np.uint64(zlib.crc32(name.encode())) << np.uint64(32)) + np.arange(count, dtype=np.uint64)
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return z ^ (z >> np.uint64(31))


def values(name, shape, centre, width):
    """float32, uniform over centre -+ width / 2."""
    unit = (hashes(name, math.prod(shape)) >> np.uint64(40)).astype(np.float64) / 2**24 - 0.5
    return torch.from_numpy((centre + width * unit).astype(np.float32).reshape(shape))


def labels(name, count, classes):
    return torch.from_numpy((hashes(name, count) % np.uint64(classes)).astype(np.int64))


def fill(model):
    """Gives every parameter and buffer its value by name and shape.

    Wide convolutions, narrow residual branches and a small classifier: from an ordinary initialisation ten steps at
    a learning rate of 0.1 multiply a rounding error by 10,000, and two processors would not agree on four digits;
    from here they agree on 2.6e-5, while a convolution's gradient, decay or momentum a little wrong still shows.
    """
    with torch.no_grad():
        for name, tensor in model.state_dict().items():
            shape = tuple(tensor.shape)
            if name.endswith("num_batches_tracked"):
                tensor.fill_(7)
            elif len(shape) == 4:
                tensor.copy_(values(name, shape, 0.0, math.sqrt(96.0 / (shape[0] * shape[2] * shape[3]))))
            elif name.startswith("fc."):
                tensor.copy_(values(name, shape, 0.0, 0.25 / math.sqrt(model.fc.in_features)))
            elif name.endswith("running_var"):
                tensor.copy_(values(name, shape, 4.0, 2.0))
            elif name.endswith(("bn2.weight", "bn3.weight")):
                tensor.copy_(values(name, shape, 0.125, 0.0625))
            elif name.endswith("weight"):
                tensor.copy_(values(name, shape, 1.0, 0.5))
            else:
                tensor.copy_(values(name, shape, 0.0, 1.0))

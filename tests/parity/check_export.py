# SPDX-License-Identifier: Apache-2.0
"""Loads a file of `ltr_grid --export` into torchvision's network, strictly, and prints what the file says of itself.

Run as: build/peers/bin/python tests/parity/check_export.py model.safetensors
"""
import sys

import torch
from safetensors import safe_open

from networks import network

with safe_open(sys.argv[1], framework="pt") as file:
    metadata = file.metadata()
    tensors = {name: file.get_tensor(name) for name in file.keys()}
model = network(metadata["backbone"], len(tensors["fc.bias"]))
model.load_state_dict(tensors, strict=True)
model.eval()
logits = model(torch.zeros(1, 3, 64, 64))
print(metadata["cell"], metadata["backbone"], len(tensors), "tensors;", "logits of a grey image:", logits[0, :3].tolist())

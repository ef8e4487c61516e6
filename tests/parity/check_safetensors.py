# SPDX-License-Identifier: Apache-2.0
"""Reads a safetensors file by the format's own package and prints what it holds, one line each."""
import sys

from safetensors import safe_open

with safe_open(sys.argv[1], framework="pt") as file:
    for key, text in sorted((file.metadata() or {}).items()):
        print("metadata", key, text)
    for name in sorted(file.keys()):
        tensor = file.get_tensor(name)
        print("tensor", name, str(tensor.dtype).removeprefix("torch."), *tensor.shape, ":", *tensor.flatten().tolist())

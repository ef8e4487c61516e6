# SPDX-License-Identifier: Apache-2.0
"""What torchvision draws for its augmentations, one line a draw, for tests/image/distribution_test.cpp:
top left height width of RandomResizedCrop on an image of 375 x 500, and brightness, contrast, saturation of ColorJitter.
"""
import torch
from torchvision.transforms import ColorJitter, RandomResizedCrop

torch.manual_seed(0)
image = torch.empty(3, 375, 500)
for _ in range(20000):
    top, left, height, width = RandomResizedCrop.get_params(image, (0.08, 1.0), (3 / 4, 4 / 3))
    _, brightness, contrast, saturation, _ = ColorJitter.get_params((0.6, 1.4), (0.6, 1.4), (0.6, 1.4), None)
    print(top, left, height, width, brightness, contrast, saturation)

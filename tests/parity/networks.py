# SPDX-License-Identifier: Apache-2.0
"""The suite's networks built from torchvision's own parts."""
import torch
from torchvision.models.resnet import BasicBlock, Bottleneck, ResNet


class CifarResNet(torch.nn.Module):
    """6n + 2 layers: a 3x3 stem, three stages of n BasicBlocks, 64 features."""

    def __init__(self, blocks, classes):
        super().__init__()
        self.conv1 = torch.nn.Conv2d(3, 16, 3, padding=1, bias=False)
        self.bn1 = torch.nn.BatchNorm2d(16)
        self.layer1 = self._stage(16, 16, blocks, 1)
        self.layer2 = self._stage(16, 32, blocks, 2)
        self.layer3 = self._stage(32, 64, blocks, 2)
        self.fc = torch.nn.Linear(64, classes)

    @staticmethod
    def _stage(inputs, outputs, blocks, stride):
        downsample = None
        if stride != 1 or inputs != outputs:
            downsample = torch.nn.Sequential(
                torch.nn.Conv2d(inputs, outputs, 1, stride=stride, bias=False), torch.nn.BatchNorm2d(outputs)
            )
        rest = [BasicBlock(outputs, outputs) for _ in range(blocks - 1)]
        return torch.nn.Sequential(BasicBlock(inputs, outputs, stride, downsample), *rest)

    def forward(self, images):
        x = torch.relu(self.bn1(self.conv1(images)))
        x = self.layer3(self.layer2(self.layer1(x)))
        return self.fc(x.mean((2, 3)))


IMAGENET_NETWORKS = {
    "resnet10": (BasicBlock, [1, 1, 1, 1]),
    "resnet18": (BasicBlock, [2, 2, 2, 2]),
    "resnet34": (BasicBlock, [3, 4, 6, 3]),
    "resnet50": (Bottleneck, [3, 4, 6, 3]),
    "resnet101": (Bottleneck, [3, 4, 23, 3]),
    "resnet152": (Bottleneck, [3, 8, 36, 3]),
}
CIFAR_NETWORKS = ["resnet20", "resnet32", "resnet44", "resnet56"]


def network(name, classes):
    if name in CIFAR_NETWORKS:
        return CifarResNet((int(name.removeprefix("resnet")) - 2) // 6, classes)
    groups, width = (32, 4) if name.startswith("resnext") else (1, 64)
    block, blocks = IMAGENET_NETWORKS[name.replace("resnext", "resnet").removesuffix("_32x4d")]
    return ResNet(block, blocks, classes, groups=groups, width_per_group=width)

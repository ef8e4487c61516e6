#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes golden/: small encoded images, and what PIL makes of them. Needs numpy and Pillow 12: Pillow 13 resizes
some shapes vertically first, which moves grey levels by 1.

golden/cases.txt holds one case a line: what is done, the input, the expected result, numbers.
Run it again only to add cases; the tests read what is committed.
"""
import pathlib
import struct
import zlib

import numpy as np
from PIL import Image, ImageEnhance

HERE = pathlib.Path(__file__).parent / "golden"
CASES = []


def picture(height, width, seed):
    """Gradients with noise and a hard edge: smooth parts, detail and clipping in one image."""
    random = np.random.default_rng(seed)
    y, x = np.mgrid[0:height, 0:width]
    channels = [255 * x / width, 255 * y / height, 127 + 120 * np.sin(x / 3 + y / 5)]
    pixels = np.stack(channels, axis=-1) + random.normal(0, 25, (height, width, 3))
    pixels[: height // 3, : width // 4] = (250, 3, 128)
    return np.clip(pixels, 0, 255).astype(np.uint8)


def write_png(path, pixels, depth, interlaced):
    """A PNG of a kind that PIL reads but does not write."""
    bytes_ = pixels.astype(">u2" if depth == 16 else np.uint8)
    starts = [(0, 0, 8, 8), (0, 4, 8, 8), (4, 0, 8, 4), (0, 2, 4, 4), (2, 0, 4, 2), (0, 1, 2, 2), (1, 0, 2, 1)]
    passes = [bytes_[top::down, left::right] for top, left, down, right in starts] if interlaced else [bytes_]
    rows = b"".join(b"\0" + row.tobytes() for part in passes if part.size for row in part)

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", pixels.shape[1], pixels.shape[0], depth, 2, 0, 0, int(interlaced))
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows, 9))
                     + chunk(b"IEND", b""))


def expect(what, source, image, name, *numbers):
    image.save(HERE / f"{name}.ppm")
    CASES.append(" ".join([what, source, f"{name}.ppm", *map(str, numbers)]))


def decoding():
    small = Image.fromarray(picture(13, 19, seed=1))
    alpha = Image.fromarray(picture(13, 19, seed=2)[:, :, 0])
    files = {
        "colour_420.jpg": (small, dict(quality=85, subsampling=2)),
        "colour_444.jpg": (small, dict(quality=95, subsampling=0)),
        "progressive.jpg": (small, dict(quality=85, subsampling=2, progressive=True)),
        "grey.jpg": (small.convert("L"), dict(quality=90)),
        "colour.png": (small, {}),
        "grey.png": (small.convert("L"), {}),
        "black_white.png": (small.convert("1"), {}),
        "palette.png": (small.quantize(13), {}),
        "palette_transparent.png": (small.quantize(13), dict(transparency=3)),
        "colour_alpha.png": (Image.merge("RGBA", [*small.split(), alpha]), {}),
        "grey_alpha.png": (Image.merge("LA", [small.convert("L"), alpha]), {}),
    }
    for name, (image, options) in files.items():
        image.save(HERE / name, **options)
    write_png(HERE / "interlaced.png", picture(13, 19, seed=3), 8, True)
    write_png(HERE / "sixteen_bit.png", picture(13, 19, seed=4).astype(int) * 256 + 200, 16, False)
    for name in [*files, "interlaced.png", "sixteen_bit.png"]:
        with Image.open(HERE / name) as image:
            expect("decode", name, image.convert("RGB"), "decoded_" + name.replace(".", "_"))


def resampling():
    source = "source.png"
    Image.fromarray(picture(45, 61, seed=5)).save(HERE / source)
    image = Image.open(HERE / source).convert("RGB")
    cases = [  # top, left, height, width of the box; height, width of the result
        (0, 0, 45, 61, 12, 17),
        (7, 11, 30, 23, 16, 16),
        (3, 50, 42, 11, 9, 31),
        (20, 20, 5, 7, 24, 24),
        (0, 0, 45, 61, 45, 20),
        (44, 60, 1, 1, 4, 4),
        (5, 6, 12, 12, 12, 12),
        (0, 0, 45, 61, 1, 1),
    ]
    for i, (top, left, height, width, out_height, out_width) in enumerate(cases):
        result = image.crop((left, top, left + width, top + height)).resize(
            (out_width, out_height), Image.Resampling.BILINEAR)
        expect("resample", source, result, f"resampled_{i}", top, left, height, width, out_height, out_width)
    return image, source


def evaluation(image, source):
    """Resize and CenterCrop of torchvision.transforms, with its roundings."""
    for i, (shorter, size, turned) in enumerate([(20, 16, 0), (20, 17, 1), (14, 18, 0), (45, 24, 0)]):
        scaled = image.transpose(Image.Transpose.TRANSPOSE) if turned else image
        width, height = scaled.size
        if width < height:
            scaled = scaled.resize((shorter, int(shorter * height / width)), Image.Resampling.BILINEAR)
        else:
            scaled = scaled.resize((int(shorter * width / height), shorter), Image.Resampling.BILINEAR)
        width, height = scaled.size
        left = round((width - size) / 2) if width >= size else -((size - width) // 2)
        top = round((height - size) / 2) if height >= size else -((size - height) // 2)
        result = scaled.crop((left, top, left + size, top + size))
        expect("evaluate", source, result, f"evaluated_{i}", shorter, size, turned)


def jitter():
    source = "colour.png"
    image = Image.open(HERE / source).convert("RGB")
    kinds = [ImageEnhance.Brightness, ImageEnhance.Contrast, ImageEnhance.Color]
    for kind, enhance in enumerate(kinds):
        for factor in (0.0, 0.61, 1.37):
            name = f"{enhance.__name__.lower()}_{int(100 * factor)}"
            expect("jitter", source, enhance(image).enhance(factor), name, kind, factor)


if __name__ == "__main__":
    HERE.mkdir(exist_ok=True)
    decoding()
    evaluation(*resampling())
    jitter()
    (HERE / "cases.txt").write_text("\n".join(CASES) + "\n")

#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes golden/: small encoded images, and what PIL makes of them. Needs numpy, Pillow 12 (13 resizes some shapes
vertically first, which moves grey levels by 1) and cjpeg and jpegtran of libjpeg-turbo, for what Pillow cannot write.

golden/cases.txt holds one case a line: what is done, the input, the expected result, numbers.
Run it again only to add cases; the tests read what is committed.
"""
import pathlib
import struct
import subprocess
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


def write_png(path, samples, depth, colour_type, interlaced=False, chunks=()):
    """A PNG of any kind, most of which PIL reads but does not write. Shape: samples [H, W, C], below 2^depth;
    chunks: (kind, data) that stand before the pixels."""
    height, width, _ = samples.shape

    def encode(row):
        if depth >= 8:
            return row.astype(">u2" if depth == 16 else np.uint8).tobytes()
        bits = (row.reshape(-1, 1) >> np.arange(depth - 1, -1, -1)) & 1
        return np.packbits(bits.astype(np.uint8)).tobytes()

    starts = [(0, 0, 8, 8), (0, 4, 8, 8), (4, 0, 8, 4), (0, 2, 4, 4), (2, 0, 4, 2), (0, 1, 2, 2), (1, 0, 2, 1)]
    passes = [samples[top::down, left::right] for top, left, down, right in starts] if interlaced else [samples]
    rows = b"".join(b"\0" + encode(row) for part in passes if part.size for row in part)

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, depth, colour_type, 0, 0, int(interlaced))
    parts = [(b"IHDR", header), *chunks, (b"IDAT", zlib.compress(rows, 9)), (b"IEND", b"")]
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + b"".join(chunk(kind, data) for kind, data in parts))


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
    write_png(HERE / "interlaced.png", picture(13, 19, seed=3), 8, 2, interlaced=True)
    write_png(HERE / "sixteen_bit.png", picture(13, 19, seed=4).astype(int) * 256 + 200, 16, 2)
    expect_decoded([*files, "interlaced.png", "sixteen_bit.png"])


def expect_decoded(names):
    for name in names:
        with Image.open(HERE / name) as image:
            expect("decode", name, image.convert("RGB"), "decoded_" + name.replace(".", "_"))


def every_png():
    """Every colour type and bit depth, plain and interlaced, and with a transparent colour."""
    random = np.random.default_rng(6)
    palette = random.integers(0, 256, 3 * 256).astype(np.uint8)
    kinds = [("grey", 0, 1, (1, 2, 4, 8, 16)), ("rgb", 2, 3, (8, 16)), ("palette", 3, 1, (1, 2, 4, 8)),
             ("la", 4, 2, (8, 16)), ("rgba", 6, 4, (8, 16))]
    for kind, colour_type, channels, depths in kinds:
        for depth in depths:
            samples = random.integers(0, 2**depth, (9, 11, channels))
            if kind == "grey" and depth == 16:
                samples[:5] //= 256  # PIL cuts these off at 255, so some should stay below
            chunks = [(b"PLTE", palette[: 3 * 2**depth].tobytes())] if kind == "palette" else []
            name = f"{kind}_{depth}"
            write_png(HERE / f"{name}.png", samples, depth, colour_type, False, chunks)
            write_png(HERE / f"{name}_interlaced.png", samples, depth, colour_type, True, chunks)
            expect_decoded([f"{name}.png", f"{name}_interlaced.png"])
            if channels in (2, 4):
                continue
            transparent = bytes([0, 128]) if kind == "palette" else samples[0, 0].astype(">u2").tobytes()
            write_png(HERE / f"{name}_transparent.png", samples, depth, colour_type, False,
                      [*chunks, (b"tRNS", transparent)])
            expect_decoded([f"{name}_transparent.png"])
    Image.fromarray(picture(1, 1, seed=7)).save(HERE / "one_pixel.png")
    expect_decoded(["one_pixel.png"])


def without_adobe_marker(jpeg):
    at = jpeg.index(b"\xff\xee")
    return jpeg[:at] + jpeg[at + 2 + int.from_bytes(jpeg[at + 2 : at + 4], "big") :]


def every_jpeg():
    """Colour models, chroma of every shape, both entropy coders, what cameras and careless tools add."""
    small = Image.fromarray(picture(13, 19, seed=8))
    black = Image.fromarray(picture(13, 19, seed=9)[:, :, 2])
    cmyk = Image.merge("CMYK", [*small.split(), black])
    for name, options in {"cmyk": {}, "cmyk_progressive": dict(progressive=True)}.items():
        cmyk.save(HERE / f"{name}.jpg", quality=90, **options)
    adobe = (HERE / "cmyk.jpg").read_bytes()
    (HERE / "cmyk_no_adobe.jpg").write_bytes(without_adobe_marker(adobe))
    transform = adobe.index(b"Adobe") + 11  # 0: CMYK, 2: YCCK
    (HERE / "ycck.jpg").write_bytes(adobe[:transform] + b"\2" + adobe[transform + 1 :])
    small.save(HERE / "rgb.jpg", quality=90, keep_rgb=True)

    def tool(name, source, *arguments):
        done = subprocess.run([*arguments, HERE / source], check=True, capture_output=True)
        (HERE / name).write_bytes(done.stdout)

    small.save(HERE / "source.ppm")
    for name, factors in {"422": "2x1", "440": "1x2", "411": "4x1", "410": "4x2"}.items():
        tool(f"colour_{name}.jpg", "source.ppm", "cjpeg", "-quality", "90", "-sample", factors)
    tool("restarts.jpg", "source.ppm", "cjpeg", "-restart", "1B")
    (HERE / "source.ppm").unlink()
    tool("arithmetic.jpg", "colour_420.jpg", "jpegtran", "-arithmetic")
    tool("arithmetic_progressive.jpg", "colour_420.jpg", "jpegtran", "-arithmetic", "-progressive")
    exif = Image.Exif()
    exif[0x0112] = 6  # orientation: turned by 90 degrees
    small.save(HERE / "orientation.jpg", quality=90, exif=exif)
    (HERE / "garbage_after.jpg").write_bytes((HERE / "colour_444.jpg").read_bytes() + b"\0\xff\xd8 more \xff\xd9")
    (HERE / "garbage_after.png").write_bytes((HERE / "colour.png").read_bytes() + b"IHDR and more")
    expect_decoded(["cmyk.jpg", "cmyk_progressive.jpg", "cmyk_no_adobe.jpg", "ycck.jpg", "rgb.jpg", "colour_422.jpg",
                    "colour_440.jpg", "colour_411.jpg", "colour_410.jpg", "restarts.jpg", "arithmetic.jpg",
                    "arithmetic_progressive.jpg", "orientation.jpg", "garbage_after.jpg", "garbage_after.png"])


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


def damaged():
    """Images that decoding refuses, of which PIL takes some."""

    def chunk(kind, data, checksum=None):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(
            ">I", zlib.crc32(kind + data) if checksum is None else checksum)

    def png(name, data, before=b"", checksum=None, end=chunk(b"IEND", b"")):
        whole = (HERE / name).read_bytes()
        return whole[:33] + before + chunk(b"IDAT", data, checksum) + end

    def rows_of(name):
        whole, at, data = (HERE / name).read_bytes(), 8, b""
        while at < len(whole):
            size, kind = struct.unpack(">I4s", whole[at : at + 8])
            data += whole[at + 8 : at + 8 + size] if kind == b"IDAT" else b""
            at += size + 12
        return zlib.decompress(data)

    jpeg, progressive, restarts = [(HERE / f"{n}.jpg").read_bytes() for n in ("colour_420", "progressive", "restarts")]
    end = b"\xff\xd9"
    swapped = restarts.replace(b"\xff\xd0", b"\xff\x00\xd1", 1).replace(b"\xff\xd1", b"\xff\xd3", 1)
    rows, spread = rows_of("rgb_8.png"), rows_of("rgb_8_interlaced.png")
    folded = zlib.compress(rows)
    width, height = struct.unpack(">II", (HERE / "rgb_8.png").read_bytes()[16:24])
    row, first_pass = 1 + 3 * width, -(-height // 8) * (1 + 3 * -(-width // 8))
    files = {
        "cut.jpg": jpeg[:-100] + end,
        "cut_progressive.jpg": progressive[:-100] + end,
        "cut_without_end.jpg": jpeg[:-100],
        "cut_progressive_without_end.jpg": progressive[:-100],
        "whole_progressive_without_end.jpg": progressive[:-2],
        "restarts_swapped.jpg": swapped,
        "without_end.png": png("rgb_8.png", folded, end=b""),
        "wrong_checksum.png": png("rgb_8.png", folded, checksum=1),
        "without_data_checksum.png": png("rgb_8.png", folded[:-4]),
        "unknown_chunk.png": png("rgb_8.png", folded, before=chunk(b"ABCD", b"x")),
        "unknown_chunk_damaged.png": png("rgb_8.png", folded, before=chunk(b"ABCD", b"x", 1)),
        "few_rows.png": png("rgb_8.png", zlib.compress(rows[: 5 * row])),
        "few_rows_interlaced.png": png("rgb_8_interlaced.png", zlib.compress(spread[:first_pass])),
        "part_of_a_row.png": png("rgb_8.png", zlib.compress(rows[: len(rows) // 2 + 1])),
        "cut_data.png": png("rgb_8.png", folded[: len(folded) // 2]),
        "wrong_data_checksum.png": png("rgb_8.png", folded[:-1] + bytes([folded[-1] ^ 1])),
    }
    for name, content in files.items():
        name = f"damaged_{name}"
        (HERE / name).write_bytes(content)
        try:
            image = Image.open(HERE / name).convert("RGB")
        except (OSError, SyntaxError):
            CASES.append(f"refused_by_pil {name} -")
            continue
        expect("taken_by_pil", name, image, f"decoded_{name.replace('.', '_')}")


if __name__ == "__main__":
    HERE.mkdir(exist_ok=True)
    decoding()
    every_png()
    every_jpeg()
    evaluation(*resampling())
    jitter()
    damaged()
    (HERE / "cases.txt").write_text("\n".join(CASES) + "\n")

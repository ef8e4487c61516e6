# SPDX-License-Identifier: Apache-2.0
"""Images a second of other input pipelines, on one core, from the same folder of JPEGs as input_bench.

    LTR_BENCH_IMAGES=folder taskset -c 0 python input_peers.py [--case NAME]

A line a peer and case: case, peer, images a second (the median of three passes). Peers that are not installed are
named on stderr. Files are in the page cache, read once beforehand.
"""
import argparse
import contextlib
import io
import os
import pathlib
import statistics
import sys
import tempfile
import time

MEAN = [0.485, 0.456, 0.406]
STD = [0.229, 0.224, 0.225]
PASSES = 3
CASES = ["random_resized_crop_224_uint8", "random_resized_crop_224_float32", "evaluation_224_float32",
         "pad_and_crop_32_float32"]


def median_rate(run_a_pass, images):
    """Images a second; `run_a_pass` returns how many it has made."""
    run_a_pass()
    rates = []
    for _ in range(PASSES):
        start = time.perf_counter()
        made = run_a_pass()
        rates.append(made / (time.perf_counter() - start))
        assert made == images, f"{made} of {images} images were made"
    return statistics.median(rates)


def over_bytes(transform, encoded):
    def run():
        for data in encoded:
            transform(data)
        return len(encoded)
    return run


def torchvision_pil(case, encoded, _):
    from PIL import Image
    from torchvision import transforms as t

    steps = {
        CASES[0]: [t.RandomResizedCrop(224), t.RandomHorizontalFlip(), t.PILToTensor()],
        CASES[1]: [t.RandomResizedCrop(224), t.RandomHorizontalFlip(), t.ToTensor(), t.Normalize(MEAN, STD)],
        CASES[2]: [t.Resize(256), t.CenterCrop(224), t.ToTensor(), t.Normalize(MEAN, STD)],
        CASES[3]: [t.RandomCrop(32, padding=4), t.RandomHorizontalFlip(), t.ToTensor(), t.Normalize(MEAN, STD)],
    }[case]
    transform = t.Compose(steps)
    return over_bytes(lambda data: transform(Image.open(io.BytesIO(data)).convert("RGB")), encoded)


def torchvision_v2(case, encoded, _):
    import torch
    from torchvision.io import ImageReadMode, decode_jpeg
    from torchvision.transforms import v2 as t

    to_float = [t.ToDtype(torch.float32, scale=True), t.Normalize(MEAN, STD)]
    steps = {
        CASES[0]: [t.RandomResizedCrop(224, antialias=True), t.RandomHorizontalFlip()],
        CASES[1]: [t.RandomResizedCrop(224, antialias=True), t.RandomHorizontalFlip(), *to_float],
        CASES[2]: [t.Resize(256, antialias=True), t.CenterCrop(224), *to_float],
        CASES[3]: [t.RandomCrop(32, padding=4), t.RandomHorizontalFlip(), *to_float],
    }[case]
    transform = t.Compose(steps)
    tensors = [torch.frombuffer(bytearray(data), dtype=torch.uint8) for data in encoded]
    return over_bytes(lambda data: transform(decode_jpeg(data, mode=ImageReadMode.RGB)), tensors)


def ffcv(case, encoded, folder):
    import numpy as np
    from ffcv.fields import RGBImageField
    from ffcv.fields.rgb_image import CenterCropRGBImageDecoder, RandomResizedCropRGBImageDecoder
    from ffcv.loader import Loader, OrderOption
    from ffcv.transforms import NormalizeImage, RandomHorizontalFlip, ToTensor
    from ffcv.writer import DatasetWriter

    if case == CASES[3]:
        return None  # it has no padded crop of JPEGs

    def same_bytes(field, destination, image, malloc):
        """FFCV wants pixels and encodes them itself; this stores the JPEG as it is."""
        data, width, height = image
        destination["mode"] = 0  # JPEG
        destination["width"], destination["height"] = width, height
        destination["data_ptr"], storage = malloc(len(data))
        storage[:] = np.frombuffer(data, dtype=np.uint8)

    class Files:
        def __len__(self):
            return len(encoded)

        def __getitem__(self, index):
            from PIL import Image
            return ((encoded[index], *Image.open(io.BytesIO(encoded[index])).size),)

    path = folder / "set.beton"
    if not path.exists():
        RGBImageField.encode = same_bytes
        with contextlib.redirect_stderr(io.StringIO()):
            DatasetWriter(str(path), {"image": RGBImageField(write_mode="jpg")},
                          num_workers=1).from_indexed_dataset(Files())
    decoder = (CenterCropRGBImageDecoder((224, 224), ratio=224 / 256) if case == CASES[2]
               else RandomResizedCropRGBImageDecoder((224, 224)))
    steps = [decoder]
    if case != CASES[2]:
        steps.append(RandomHorizontalFlip())
    if case != CASES[0]:
        steps.append(NormalizeImage(np.array(MEAN) * 255, np.array(STD) * 255, np.float32))
    steps.append(ToTensor())
    loader = Loader(str(path), batch_size=32, num_workers=1, order=OrderOption.SEQUENTIAL, os_cache=True,
                    drop_last=False, pipelines={"image": steps})
    return lambda: sum(len(batch[0]) for batch in loader)


def dali(case, encoded, _):
    import numpy as np
    from nvidia.dali import fn, pipeline_def, types

    if case == CASES[3]:
        return None

    arrays = [np.frombuffer(data, dtype=np.uint8) for data in encoded]
    batch = 32

    @pipeline_def(batch_size=batch, num_threads=1, device_id=None, prefetch_queue_depth=1)
    def pipeline():
        data = fn.external_source(source=lambda info: arrays[info.idx_in_epoch % len(arrays)], batch=False)
        mirror = fn.random.coin_flip() if case != CASES[2] else 0
        if case == CASES[2]:
            pixels = fn.resize(fn.decoders.image(data), resize_shorter=256, antialias=True)
        else:
            pixels = fn.resize(fn.decoders.image_random_crop(data), size=(224, 224), antialias=True)
        if case == CASES[0]:
            return fn.crop_mirror_normalize(pixels, dtype=types.UINT8, output_layout="HWC", mirror=mirror,
                                            mean=[0.0], std=[1.0])
        return fn.crop_mirror_normalize(pixels, dtype=types.FLOAT, output_layout="CHW", mirror=mirror,
                                        crop=(224, 224), mean=[255 * m for m in MEAN], std=[255 * s for s in STD])

    built = pipeline()
    built.build()
    batches = -(-len(arrays) // batch)

    def run():
        made = sum(len(built.run()[0]) for _ in range(batches))
        return min(made, len(arrays)) if made - len(arrays) < batch else made
    return run


PEERS = {"torchvision + PIL": torchvision_pil, "torchvision v2": torchvision_v2, "FFCV": ffcv, "DALI": dali}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--case", choices=CASES)
    arguments = parser.parse_args()
    folder = pathlib.Path(os.environ["LTR_BENCH_IMAGES"])
    encoded = [path.read_bytes() for path in sorted(folder.iterdir())
               if path.suffix in (".JPEG", ".jpg", ".jpeg")]
    try:
        import torch
        torch.set_num_threads(1)
    except ImportError:
        pass
    with tempfile.TemporaryDirectory() as scratch:
        for case in [arguments.case] if arguments.case else CASES:
            for name, make in PEERS.items():
                try:
                    run = make(case, encoded, pathlib.Path(scratch))
                except ImportError as error:
                    print(f"{name} is left out: {error}", file=sys.stderr)
                    continue
                if run is not None:
                    print(f"{case}\t{name}\t{median_rate(run, len(encoded)):.0f}", flush=True)


main()
sys.stdout.flush()
os._exit(0)  # FFCV's threads do not end by themselves

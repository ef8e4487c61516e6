#SPDX - License - Identifier : Apache - 2.0
"""Reads a record with h5py alone and prints what it finds, one `name = value` a line."""
import json
import sys

import h5py


def plain(value):
    if isinstance(value, bytes):
        return value.decode()
    return value.tolist() if hasattr(value, "tolist") else value


def show(name, value):
    print(name, "=", json.dumps(plain(value), ensure_ascii=False))


with h5py.File(sys.argv[1], "r") as record:
    show("schema_version", record.attrs["schema_version"])
    show("backbone", record.attrs["backbone"])
    show("configuration", record["configuration"][()])
    show("plan", [plain(text) for text in record["plan"][:]])
    show("environment", {
key: plain(value) for key, value in record["environment"].attrs.items()})
    show("names", {
key: plain(value) for key, value in record["data/names"].attrs.items()})
    show("hashes", {
key: plain(value) for key, value in record["data/hashes"].attrs.items()})
    show("class_names", [plain(name) for name in record["data/class_names"][:]])
    show("class_counts", record["data/class_counts"][:])
    show("class_counts type", str(record["data/class_counts"].dtype))
    show("many_above", record["data"].attrs["many_above"])
    for kind in ("stage_1", "cells"):
        for name, group in record[kind].items():
            show(name, {
key: plain(value) for key, value in sorted(group.attrs.items())})
            show(name + " epochs", {
key: plain(column[:]) for key, column in group["epochs"].items()})
            show(name + " draws_made", group["draws_made"][:])
    joint = record["cells/seed_0.instance_balanced.joint"]
    show("confusion", joint["test/confusion"][:])
    show("confusion type", str(joint["test/confusion"].dtype))
    show("weight_norms", joint["weight_norms"][:])
    show("ece", joint["calibration"].attrs["expected_calibration_error"])
    tau = record["cells/seed_0.instance_balanced.tau_normalized/tau"]
    show("tau chosen", tau.attrs["chosen"])
    show("tau validation", tau["validation_percent"][:])

#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Every block of code in src/README.md stands word for word in the source it names, which the build compiles."""
import pathlib
import re
import sys

root = pathlib.Path(sys.argv[1])
page = (root / "src/README.md").read_text()
blocks = re.findall(r"<!-- (\S+) -->\n```cpp\n(.*?)```", page, re.S)
if len(blocks) != page.count("```cpp"):
    sys.exit("src/README.md has a block of code without the name of its source above it")
if not blocks:
    sys.exit("src/README.md has no example")
missing = [name for name, code in blocks if code not in (root / name).read_text()]
if missing:
    sys.exit(f"the examples of {', '.join(missing)} in src/README.md are not what these sources have")
names = re.findall(r"`((?:config|learning|sampling|report|render|model|tests)/[\w./]+\.\w+)`", page)
gone = [name for name in names if not (root / name).exists() and not (root / "src" / name).exists()]
if gone:
    sys.exit(f"src/README.md names {', '.join(gone)}, which is not there")
print(f"{len(blocks)} examples stand in the source")

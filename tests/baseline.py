#!/usr/bin/env python3
"""Checks that only kernels contain instructions that not every x86-64 has.

Usage: baseline.py FOLDER-OF-KERNELS=REGISTER... -- OBJECT-FOLDER...

Objects of the object folders must do without AVX: no ymm or zmm registers, no instruction that
begins with v. Those of a folder of kernels must use the given register, so that the check sees what
it looks for, and define nothing for others but tables called after their level, so that none of
their code can take the place of a function of the same name elsewhere.
"""
import os
import re
import subprocess
import sys

WIDE = re.compile(r"^\s*[0-9a-f]+:\s+(v\w+\s|.*%[yz]mm)")


def output(*command):
    """What a command prints."""
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def objects(folder):
    """Object files in a folder."""
    found = sorted(os.path.join(folder, name) for name in os.listdir(folder) if name.endswith(".o"))
    if not found:
        sys.exit(f"baseline.py: {folder} has no objects: nothing was checked")
    return found


def code(path):
    """The instructions of an object file, a list of lines."""
    return output("objdump", "-d", "--no-show-raw-insn", path).splitlines()


def main():
    """Looks at all objects."""
    arguments = sys.argv[1:]
    split = arguments.index("--")
    wrong, seen = [], 0
    for path in (path for folder in arguments[split + 1:] for path in objects(folder)):
        seen += 1
        wide = [line for line in code(path) if WIDE.match(line)]
        if wide:
            wrong.append(f"{path}: {len(wide)} instructions need AVX, the first: {wide[0].strip()}")
    for folder, register in (argument.split("=") for argument in arguments[:split]):
        level = os.path.basename(folder).split(".")[0].split("_")[-1]
        text = "\n".join(line for path in objects(folder) for line in code(path))
        if f"%{register}" not in text:
            wrong.append(f"{folder}: no {register} register is used")
        for path in objects(folder):
            for line in output("nm", "--defined-only", "--extern-only", path).splitlines():
                if not line.split()[-1].lower().endswith(level):
                    wrong.append(f"{path}: defines {line.split()[-1]} for all to see")
    for line in wrong:
        print(line)
    print(f"{seen} objects for any x86-64, {len(wrong)} complaints")
    sys.exit(bool(wrong))


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
"""Checks that no arrow between folders runs up: includes, and symbols as `nm` lists them.

Usage: layers.py SOURCE-ROOT OBJECT-FOLDER...

The allowed arrows are in layers.txt beside this script. Private headers (*_private.h) are for their
own folder alone. The last line tells how many arrows were seen; the exit status is 1 if one is not
allowed.
"""
import os
import re
import subprocess
import sys


def read_layers(path):
    """The allowed arrows, {folder: set of folders}; each may use only folders listed before it."""
    allowed = {}
    with open(path, encoding="utf-8") as lines:
        for number, line in enumerate(lines, 1):
            if not line.strip() or line.startswith("#"):
                continue
            folder, _, used = line.partition(":")
            for name in used.split():
                if name not in allowed:
                    sys.exit(f"{path}: line {number}: {folder} may not use {name}, "
                             "which is not above it in the list")
            allowed[folder.strip()] = set(used.split())
    return allowed


def include_arrows(root):
    """Yields (folder, used folder, what) of every include of a header of the project."""
    for top in ("src", "apps"):
        for place, _, files in os.walk(os.path.join(root, top)):
            for name in sorted(files):
                if not name.endswith((".c", ".h", ".cpp")) or place == os.path.join(root, top):
                    continue
                path = os.path.join(place, name)
                with open(path, encoding="utf-8") as source:
                    for header in re.findall(r'^#include "(\w+/\w+\.h)"', source.read(), re.M):
                        what = f"{os.path.relpath(path, root)} includes {header}"
                        yield os.path.basename(place), header.split("/")[0], what


def symbols(path):
    """Names that an object file defines, and those that it uses."""
    defined, used = set(), set()
    listing = subprocess.run(["nm", path], check=True, capture_output=True, text=True).stdout
    for line in listing.splitlines():
        *_, kind, name = line.split()
        if kind == "U":
            used.add(name)
        elif kind.isupper() or kind in "iu":
            defined.add(name)
    return defined, used


def link_arrows(folders, allowed):
    """Yields (folder, used folder, what) of every symbol that an object of one folder uses and one
    of another defines. Objects are called FOLDER_NAME.c.o."""
    home, uses = {}, []
    for directory in folders:
        for name in sorted(os.listdir(directory)):
            folder = name.split("_")[0]
            if not name.endswith(".o") or folder not in allowed:
                continue
            defined, used = symbols(os.path.join(directory, name))
            home.update(dict.fromkeys(defined, folder))
            uses.append((folder, name, used))
    for folder, name, used in uses:
        for symbol in sorted(used):
            if symbol in home and home[symbol] != folder:
                yield folder, home[symbol], f"{name} uses {symbol} of {home[symbol]}"


def main():
    """Compares all arrows with the list."""
    root, objects = sys.argv[1], sys.argv[2:]
    allowed = read_layers(os.path.join(os.path.dirname(os.path.abspath(__file__)), "layers.txt"))
    wrong, seen = [], {"include": 0, "link": 0}
    for kind, arrows in (("include", include_arrows(root)), ("link", link_arrows(objects, allowed))):
        for folder, used, what in arrows:
            seen[kind] += 1
            private = what.endswith("_private.h") and folder != used
            if folder != used and (used not in allowed.get(folder, ()) or private):
                wrong.append(what)
    for what in wrong:
        print(f"not allowed: {what}")
    if not all(seen.values()):
        sys.exit(f"layers.py: {seen['include']} includes and {seen['link']} links seen: "
                 "nothing was checked")
    print(f"{seen['include']} includes, {seen['link']} symbols across folders, {len(wrong)} wrong")
    sys.exit(bool(wrong))


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
"""A lognormal coefficient of 60 x 220 cells on a box of 1200 x 2200 by lod (both paths), fine and coarse.

    results/boxes/boxes.py     (lod-sample, lod-solve on the PATH; h5py, numpy, gnuplot)

Writes errors.csv, fields.png and errors.png beside itself, and prints the rows of README.md's tables.
"""
import csv
import os
import subprocess
import tempfile

import h5py
import numpy as np

BOX = ["--extent", "1200x2200"]
MESHES = ["3x11", "6x22", "15x55", "30x110"]
LAYERS = [1, 2, 3, 4]
HERE = os.path.dirname(os.path.realpath(__file__))


def solve(coefficient, *options):
    """The solution by lod-solve, shape (y, x)."""
    subprocess.run(["lod-solve", coefficient, *BOX, "--quiet", "--output", "u.h5", *options],
                   check=True, stderr=subprocess.DEVNULL)
    with h5py.File("u.h5") as file:
        return file["solution"][()]


def interpolate(u, shape):
    """Q1 interpolation to a finer mesh of `shape` nodes."""
    for axis in range(2):
        cells = u.shape[axis] - 1
        place = np.arange(shape[axis]) * cells / (shape[axis] - 1)
        cell = np.minimum(place.astype(int), cells - 1)
        t = np.expand_dims(place - cell, 1 - axis)
        u = np.take(u, cell, axis) * (1 - t) + np.take(u, cell + 1, axis) * t
    return u


def square(u):
    """The integral of the square of a Q1 function, up to the area of a cell."""
    mass = u
    for axis in range(2):
        v = np.moveaxis(mass, axis, 0)
        w = 4 * v
        w[0] /= 2
        w[-1] /= 2
        w[1:] += v[:-1]
        w[:-1] += v[1:]
        mass = np.moveaxis(w, 0, axis) / 6
    return (u * mass).sum()


def error(u, fine):
    """Relative L2 error in percent."""
    return 100 * np.sqrt(square(interpolate(u, fine.shape) - fine) / square(fine))


def study(variance, rows):
    """Solves for one variance of log A; adds (variance, N, l or method, error) to rows."""
    name = f"variance-{variance}.h5"
    subprocess.run(["lod-sample", "--family", "lognormal", "--variance", str(variance),
                    "--correlation-length", "100", "--cells", "60x220", *BOX, "--seed", "10",
                    "--output", name], check=True)
    fine = solve(name, "--method", "fine")
    for cells in MESHES:
        mesh = ["--coarse", cells]
        errors = [error(solve(name, *mesh, "--ell", str(ell)), fine) for ell in LAYERS]
        coarse = error(solve(name, *mesh, "--method", "coarse"), fine)
        shared = solve(name, *mesh)
        patch = solve(name, *mesh, "--", "-lod_exact", "patch")
        paths = abs(shared - patch).max() / abs(patch).max()
        rows += [(variance, cells, ell, e) for ell, e in zip(LAYERS, errors)]
        rows.append((variance, cells, "coarse", coarse))
        print(f"| {cells} | " + " | ".join(f"{e:.2f} %" for e in [*errors, coarse])
              + f" | {paths:.0e} |", flush=True)
    return name, fine


def picture(name, text):
    """Draws by gnuplot."""
    head = f'set terminal pngcairo size 900,460\nset output "{HERE}/{name}"\n'
    subprocess.run(["gnuplot"], input=head + text, text=True, check=True)


def field(values, title, logarithmic=False):
    """gnuplot's lines for one field on the box."""
    y, x = (np.linspace(0, length, n) for length, n in zip((2200, 1200), values.shape))
    lines = [" ".join(f"{a:.6g}" for a in (x[i], y[j], values[j, i])) for j in range(len(y))
             for i in range(len(x))]
    return (f'{"set" if logarithmic else "unset"} logscale cb\nset title "{title}"\n'
            "plot '-' with image notitle\n" + "\n".join(lines) + "\ne\n")


def main():
    rows = []
    with tempfile.TemporaryDirectory() as scratch:
        os.chdir(scratch)
        _, _ = study(4, rows)
        name, fine = study(1, rows)
        with h5py.File(name) as file:
            coefficient = file["coefficient"][()]
        lod = solve(name, "--coarse", "15x55")
        coarse = solve(name, "--coarse", "15x55", "--method", "coarse")
    with open(os.path.join(HERE, "errors.csv"), "w", newline="") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(["variance", "coarse_cells", "layers", "relative_l2_percent"])
        table.writerows([*row[:3], f"{row[3]:.4f}"] for row in rows)
    top = f"set cbrange [0:{fine.max():.6g}]\n"
    picture("fields.png", "set multiplot layout 1,4\nset size ratio -1\nset xrange [0:1200]\n"
            "set yrange [0:2200]\nset xtics 600\nset ytics 1100\nset colorbox horizontal user origin "
            "graph 0,-0.14 size graph 1,0.03\nset bmargin 5\nset tmargin 2\nset lmargin 6\n"
            "set rmargin 3\nunset key\nset format cb '%g'\nset cbtics 10\n"
            + field(coefficient, "A, 60 x 220", True) + top + "set format cb '%.0s%c'\nset cbtics 50000\n" + field(fine, "fine, 120 x 440")
            + field(lod, "lod, 15 x 55") + field(coarse, "coarse, 15 x 55"))
    n_x = {cells: int(cells.split("x")[0]) for cells in MESHES}
    curves, data = [], ""
    for variance in (1, 4):
        for what, label in ((2, "lod, l = 2"), ("coarse", "coarse Q1")):
            curves.append(f"'-' with linespoints lw 2 title '{label}, variance {variance}'")
            data += "\n".join(f"{n_x[c]} {e}" for v, c, w, e in rows if (v, w) == (variance, what))
            data += "\ne\n"
    picture("errors.png", "set logscale xy\nset xlabel 'coarse cells along x'\nset ylabel 'relative L2 "
            "error against fine, %'\nset xrange [2.5:36]\nset xtics (3, 6, 15, 30)\nset key outside\n"
            "set grid\nplot " + ", ".join(curves) + "\n" + data)


main()

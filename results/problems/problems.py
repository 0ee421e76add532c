#!/usr/bin/env python3
"""A layer of a reservoir, 60 x 220 cells on 1200 x 2200, five wells: lod and plain Q1 against the fine solution.

    results/problems/problems.py     (lod-sample, lod-solve on the PATH; h5py, numpy, gnuplot)

Writes errors.csv, fields.png and errors.png beside itself, and prints the rows of README.md's tables.
"""
import csv
import os
import subprocess
import tempfile

import h5py
import numpy as np

SIDES = (1200.0, 2200.0)
BOX = ["--extent", "1200x2200"]
WELLS = {"600,1100": 1, "10,5": -0.25, "1190,5": -0.25, "10,2195": -0.25, "1190,2195": -0.25}
FLOW = [*BOX, "--neumann", "left,right,bottom,top", "--rhs", "0",
        *(word for point, rate in WELLS.items() for word in ("--well", f"{point}={rate}"))]
RANGES = [("1", "100"), ("0.1", "100"), ("0.1", "1000"), ("1e-3", "1e4")]
MESHES = ["15x55", "30x110"]
LAYERS = [1, 2, 3, 4, 5]
HERE = os.path.dirname(os.path.realpath(__file__))


def layer(alpha, beta):
    """The layer with A from alpha to beta, shape (y, x), in layer.h5."""
    subprocess.run(["lod-sample", "--family", "reservoir", "--cells", "60x220", *BOX, "--alpha", alpha,
                    "--beta", beta, "--correlation-length", "100", "--seed", "1", "--quiet",
                    "--output", "layer.h5"], check=True)
    with h5py.File("layer.h5") as file:
        return file["coefficient"][()]


def solve(*options):
    """The fine-scale field by lod-solve, shape (y, x), of mean 0; None if the program refuses."""
    done = subprocess.run(["lod-solve", "layer.h5", *FLOW, "--quiet", "--reconstruct", "--output",
                           "u.h5", *options], stderr=subprocess.PIPE, text=True, check=False)
    if done.returncode:
        print("lod-solve", *options, done.stderr.strip().splitlines()[-1])
        return None
    with h5py.File("u.h5") as file:
        return file["fine_solution"][()]


def energy(a, u):
    """The integral of A |grad u|^2 of a Q1 function on a mesh that refines the cells of A."""
    ratio = (u.shape[0] - 1) // a.shape[0]
    a = np.repeat(np.repeat(a, ratio, 0), ratio, 1)
    h_x, h_y = SIDES[0] / a.shape[1], SIDES[1] / a.shape[0]
    along_x, along_y = np.diff(u, axis=1) / h_x, np.diff(u, axis=0) / h_y
    low, high, left, right = along_x[:-1], along_x[1:], along_y[:, :-1], along_y[:, 1:]
    squares = (low * low + low * high + high * high + left * left + left * right + right * right) / 3
    return (a * squares).sum() * h_x * h_y


def study(alpha, beta, rows):
    """Solves for one range of A; adds (alpha, beta, N, l or method, error) to rows."""
    a = layer(alpha, beta)
    fields = {"A": a, "fine": solve("--method", "fine")}
    size = energy(a, fields["fine"])
    for cells in MESHES:
        errors = []
        for what in [*LAYERS, "coarse"]:
            options = ["--method", "coarse"] if what == "coarse" else ["--ell", str(what), "--correct"]
            u = solve("--coarse", cells, *options)
            fields[cells, what] = u
            errors.append(np.nan if u is None else 100 * np.sqrt(energy(a, u - fields["fine"]) / size))
            rows.append((alpha, beta, cells, what, errors[-1]))
        print(f"| {alpha} to {beta} | {cells} | " + " | ".join("refused" if e != e else f"{e:.3g} %" for e in errors) + " |",
              flush=True)
    return fields


def picture(name, size, text):
    """Draws by gnuplot."""
    head = f'set terminal pngcairo size {size}\nset output "{HERE}/{name}"\n'
    subprocess.run(["gnuplot"], input=head + text, text=True, check=True)


def field(values, title, ends):
    """gnuplot's lines for one field on the box; A in its logarithm, others from -ends to ends."""
    points = [np.linspace(0, length, n) for length, n in zip(SIDES[::-1], values.shape)]
    lines = [f"{x:.6g} {y:.6g} {values[j, i]:.5g}" for j, y in enumerate(points[0])
             for i, x in enumerate(points[1])]
    if isinstance(ends, tuple):
        scale = ("set palette defined (0 '#440154', 1 '#3b528b', 2 '#21918c', 3 '#5ec962', 4 '#fde725')\n"
                 f"set cbrange [{ends[0]}:{ends[1]}]\nset logscale cb\nset cbtics ({ends[0]}, {ends[1]})\n")
    else:
        scale = ("unset logscale cb\nset palette defined (-1 '#2166ac', 0 '#f7f7f7', 1 '#b2182b')\n"
                 f"set cbrange [-{ends}:{ends}]\nset cbtics (-{ends}, 0, {ends})\n")
    return f"{scale}set title \"{title}\"\nplot '-' with image notitle\n" + "\n".join(lines) + "\ne\n"


def draw(all_fields, rows):
    """Both pictures: fields of the smallest and the largest contrast, errors of all."""
    text = ("set multiplot layout 2,4\nset size ratio -1\nset xrange [0:1200]\nset yrange [0:2200]\n"
            "set xtics 600\nset ytics 1100\nset colorbox horizontal user origin graph 0,-0.14 size graph "
            "1,0.03\nset bmargin 5\nset tmargin 2\nset lmargin 6\nset rmargin 3\nset format cb '%g'\n")
    for (alpha, beta), layers in ((RANGES[0], 2), (RANGES[-1], 3)):
        fields = all_fields[alpha, beta]
        top = float(f"{np.percentile(np.abs(fields['fine']), 99.5):.2g}")
        text += (field(fields["A"], f"A, {alpha} to {beta}", (alpha, beta)) + field(fields["fine"], "fine", top)
                 + field(fields["30x110", layers], f"lod, l = {layers}", top)
                 + field(fields["30x110", "coarse"], "coarse Q1", top))
    picture("fields.png", "900,800", text)
    curves, data = [], ""
    for alpha, beta in RANGES:
        for cells in MESHES:
            curves.append(f"'-' with linespoints lw 2 title 'A from {alpha} to {beta}, {cells}'")
            data += "".join(f"{what} {error}\n" for a, b, c, what, error in rows
                            if (a, b, c) == (alpha, beta, cells) and what != "coarse" and error == error) + "e\n"
    picture("errors.png", "1000,460", "set logscale y\nset format y '%g'\nset xlabel 'layers l'\nset ylabel 'energy error "
            "against fine, %'\nset xtics 1\nset key outside\nset grid\nplot " + ", ".join(curves)
            + "\n" + data)


def main():
    rows = []
    with tempfile.TemporaryDirectory() as scratch:
        os.chdir(scratch)
        fields = {limits: study(*limits, rows) for limits in RANGES}
    with open(os.path.join(HERE, "errors.csv"), "w", newline="", encoding="utf-8") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(["alpha", "beta", "coarse_cells", "layers", "energy_error_percent"])
        table.writerows([*row[:4], f"{row[4]:.5g}"] for row in rows)
    draw(fields, rows)


if __name__ == "__main__":
    main()

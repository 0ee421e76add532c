#!/usr/bin/env python3
"""Errors of the compressed solution and of the fine-scale field, over coarse cells and layers.

    results/convergence/fields.py     (lod-sample, lod-solve on the PATH; h5py, numpy, gnuplot)

Writes fields.csv and fields.png beside itself, and prints the rows of fields.csv. Norms are computed here,
with NumPy, and not by the programs.
"""
import csv
import os
import subprocess
import tempfile

import h5py
import numpy as np

HERE = os.path.dirname(os.path.realpath(__file__))
POLYNOMIAL = "(x + cos(3*pi*x)) * y^3"
CASES = [  # name, options of lod-sample, f, fine cells
    ("iid in [1, 5]", ["--family", "iid", "--cells", "256", "--seed", "3"], "1", 512),
    ("lognormal, variance 1", ["--family", "lognormal", "--variance", "1", "--correlation-length", "0.05",
                               "--cells", "256", "--seed", "3"], "1", 512),
    ("iid in [1, 100]", ["--family", "iid", "--alpha", "1", "--beta", "100", "--cells", "256", "--seed", "3"],
     POLYNOMIAL, 1024),
]
MESHES = [8, 16, 32]
LAYERS = [1, 2, 3, 4]


def run(*words):
    """Runs a program that may warn."""
    subprocess.run([*words, "--quiet"], check=True, stderr=subprocess.DEVNULL)


def solve(coefficient, fine, rhs, *options):
    """The datasets of one solution that are nodal functions."""
    run("lod-solve", coefficient, "--fine", str(fine), "--rhs", rhs, "--output", "u.h5", *options)
    with h5py.File("u.h5") as file:
        return {name: file[name][()] for name in ("solution", "fine_solution") if name in file}


def interpolate(u, nodes):
    """Q1 interpolation to a finer mesh of nodes^2 nodes."""
    for axis in range(2):
        cells = u.shape[axis] - 1
        place = np.arange(nodes) * cells / (nodes - 1)
        cell = np.minimum(place.astype(int), cells - 1)
        t = np.expand_dims(place - cell, 1 - axis)
        u = np.take(u, cell, axis) * (1 - t) + np.take(u, cell + 1, axis) * t
    return u


def corners(u):
    """The values at the four corners of every cell, (2, 2, cells, cells) over y and x."""
    return np.array([[u[:-1, :-1], u[:-1, 1:]], [u[1:, :-1], u[1:, 1:]]])


MASS = np.array([[2, 1], [1, 2]]) / 6.
STIFFNESS = np.array([[1, -1], [-1, 1]])


def norms(u, a):
    """The L2 norm up to a factor and the energy norm of a Q1 function; a: values of A on its cells."""
    v = corners(u)
    square = np.einsum("ikyx,ij,kl,jlyx->", v, MASS, MASS, v, optimize=True)
    cells = np.einsum("ikyx,ij,kl,jlyx->yx", v, STIFFNESS, MASS, v, optimize=True) \
        + np.einsum("ikyx,ij,kl,jlyx->yx", v, MASS, STIFFNESS, v, optimize=True)
    return np.sqrt(square), np.sqrt((a * cells).sum())


def study(name, sample, rhs, fine_cells, rows):
    """All meshes and layers for one coefficient; adds (name, N, l, correction, errors) to rows."""
    run("lod-sample", *sample, "--output", "a.h5")
    with h5py.File("a.h5") as file:
        a = file["coefficient"][()]
    a = np.kron(a, np.ones((fine_cells // len(a),) * 2))
    fine = solve("a.h5", fine_cells, rhs, "--method", "fine")["solution"]
    size = norms(fine, a)
    for coarse in MESHES:
        mesh = ["--coarse", str(coarse)]
        plain = interpolate(solve("a.h5", fine_cells, rhs, *mesh, "--method", "coarse")["solution"], len(fine))
        error = [e / s for e, s in zip(norms(plain - fine, a), size)]
        rows.append((name, coarse, "coarse Q1", "", error[0], error[0], error[1]))
        for ell in LAYERS:
            for correct in ([], ["--correct"]):
                u = solve("a.h5", fine_cells, rhs, *mesh, "--ell", str(ell), "--reconstruct", *correct)
                compressed = norms(interpolate(u["solution"], len(fine)) - fine, a)
                field = norms(u["fine_solution"] - fine, a)
                rows.append((name, coarse, ell, len(correct), compressed[0] / size[0], field[0] / size[0],
                             field[1] / size[1]))
                print("| {} | {} | {} | {} | {:.2e} | {:.2e} | {:.2e} |".format(
                    name, coarse, ell, "yes" if correct else "no", *rows[-1][4:]), flush=True)


def plot(rows):
    """Energy errors over layers (N = 16) and over meshes (l = 3), with and without correction."""
    panels = []
    for key, column, value, axis in ((2, 1, 16, 'set xrange [0.8:4.2]; set xtics 1; set xlabel "layers l, N = 16"'),
                                     (1, 2, 3, 'set logscale x 2; set xrange [7:36]; set xtics (8, 16, 32); '
                                               'set xlabel "coarse cells per axis N, l = 3"; unset ylabel')):
        lines = []
        for colour, (name, *_) in enumerate(CASES):
            for correct in (0, 1):
                block = f"data{len(panels)}{colour}{correct}"
                with open(block, "w") as file:
                    file.writelines(f"{row[key]} {row[6]}\n" for row in rows
                                    if row[0] == name and row[3] == correct and row[column] == value)
                lines.append(f'"{block}" with linespoints lw 2 pt {5 + 2 * correct} lc {1 + colour} '
                             f'dt {2 - correct} title "{name}{", corrected" if correct else ""}"')
        panels.append(axis + "; plot " + ", ".join(lines))
    subprocess.run(["gnuplot"], check=True, text=True, input=f"""
        set terminal pngcairo size 1100,480; set output "{HERE}/fields.png"
        set multiplot layout 1,2
        set logscale y; set yrange [3e-5:0.5]; set format y "10^{{%L}}"; set grid
        set key left bottom samplen 3 font ",9"; set ylabel "relative energy error of u_{{ms}}"
        {panels[0]}
        unset key
        {panels[1]}""")


def main():
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        for case in CASES:
            study(*case, rows)
        plot(rows)
    with open(os.path.join(HERE, "fields.csv"), "w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["coefficient", "N", "l", "corrected", "u_H L2", "u_ms L2", "u_ms energy"])
        writer.writerows((*row[:4], *("%.4e" % e for e in row[4:])) for row in rows)


if __name__ == "__main__":
    main()

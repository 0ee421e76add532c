#!/usr/bin/env python3
"""The pictures of results/README.md, each from the commands that stand above it there.

    results/gallery/gallery.py [NAME...]     (lod-sample, lod-solve on the PATH; h5py, numpy, gnuplot)

Runs the commands in a scratch folder and draws NAME.png beside itself; without names all of them.
"""
import os
import re
import subprocess
import sys
import tempfile

import h5py
import numpy as np

HERE = os.path.dirname(os.path.realpath(__file__))
PAGE = os.path.join(HERE, "..", "README.md")
VIRIDIS = "defined (0 '#440154', 1 '#3b528b', 2 '#21918c', 3 '#5ec962', 4 '#fde725')"
DIVERGING = "defined (0 '#2166ac', 1 '#92c5de', 2 '#f7f7f7', 3 '#f4a582', 4 '#b2182b')"
HEAT = "defined (0 '#000004', 1 '#51127c', 2 '#b73779', 3 '#fc8961', 4 '#fcfdbf')"


def commands():
    """Of every picture of the page: name -> the indented block of commands above it."""
    with open(PAGE, encoding="utf-8") as file:
        blocks = re.findall(r"((?:^    .*\n)+)\n!\[[^\]]*\]\(gallery/(\w+)\.png\)", file.read(), re.MULTILINE)
    return {name: re.sub(r"^    ", "", block, flags=re.MULTILINE) for block, name in blocks}


def read(name, *datasets):
    """Datasets of an HDF5 file."""
    with h5py.File(name) as file:
        return [file[dataset][()] for dataset in datasets]


def draw(name, size, text):
    """Draws by gnuplot."""
    head = (f"set terminal pngcairo size {size} font 'sans,11'\nset output '{os.path.join(HERE, name)}.png'\n"
            "set tics scale 0.5\nset format cb '%g'\n")
    subprocess.run(["gnuplot"], input=head + text, text=True, check=True)


def matrix(name, x, y, values):
    """gnuplot's lines that define a data block of points (x, y, value); nan is left white."""
    rows = ["\n".join(f"{a:.5g} {b:.5g} {v:.4g}" for a, v in zip(x, row)) for b, row in zip(y, values)]
    return f"${name} << EOD\n" + "\n\n".join(rows) + "\nEOD\n"


def middles(n, length=1.0):
    """Midpoints of n cells."""
    return (np.arange(n) + 0.5) * length / n


def sampled(flux, points):
    """A flux on the cells of the unit square (y, x, 2) at points (n, 2), linear between midpoints."""
    n = len(flux)
    place = np.clip(points * n - 0.5, 0, n - 1.000001)
    (i, j), (s, t) = place.astype(int).T, (place % 1).T[:, :, None]
    return ((1 - t) * ((1 - s) * flux[j, i] + s * flux[j, i + 1])
            + t * ((1 - s) * flux[j + 1, i] + s * flux[j + 1, i + 1]))


def streamlines(flux, axis, count):
    """gnuplot's block of lines along a flux that start where it enters along an axis, the same flow apart."""
    inflow = np.cumsum(np.maximum(np.take(flux[:, :, axis], 0, 1 - axis), 0))
    starts = np.interp((np.arange(count) + 0.5) / count * inflow[-1], inflow, middles(len(flux)) + 0.5 / len(flux))
    points = np.stack([np.zeros(count), starts][:: 1 if axis == 0 else -1], 1)
    lines, step = [points], 0.5 / len(flux)
    for _ in range(8 * len(flux)):
        direction = sampled(flux, points)
        middle = points + step / 2 * direction / np.linalg.norm(direction, axis=1, keepdims=True).clip(1e-30)
        direction = sampled(flux, middle)
        points = points + step * direction / np.linalg.norm(direction, axis=1, keepdims=True).clip(1e-30)
        lines.append(points)
    paths = np.stack(lines, 1)
    ends = np.where((paths.min(2) < 0) | (paths.max(2) > 1), np.arange(paths.shape[1]), paths.shape[1]).min(1)
    return "$lines << EOD\n" + "\n\n".join(
        "\n".join(f"{x:.4f} {y:.4f}" for x, y in path[:end:4]) for path, end in zip(paths, ends)) + "\nEOD\n"


def panels(columns, sides):
    """gnuplot's lines before several fields of one box side by side."""
    return (f"set multiplot layout 1,{columns}\nset size ratio -1\nset xrange [0:{sides[0]:g}]\n"
            f"set yrange [0:{sides[1]:g}]\nset xtics {sides[0] / 2:g}\nset ytics {sides[1] / 2:g}\nunset key\n")


def cells(values, palette, title, lines=False):
    """gnuplot's lines for a field on the cells of the unit square, with streamlines over it or without."""
    n = len(values)
    return (matrix("field", middles(n), middles(n), values) + f"set palette {palette}\nset title '{title}'\n"
            "plot $field with image" + (", $lines with lines lw 1.2 lc rgb 'white'" if lines else "") + "\n")


def speed(flux):
    """The length of a flux on cells."""
    return np.hypot(flux[:, :, 0], flux[:, :, 1])


def flow():
    """A sample that a flow finds its way through."""
    a, flux = read("flow.h5", "coefficient", "flux")
    draw("flow", "1000,460", streamlines(flux, 0, 24) + panels(2, (1, 1)) + "set logscale cb\n"
         + cells(a, VIRIDIS, "A, and lines of equal flow", True) + "set cbrange [0.05:20]\n"
         + cells(speed(flux), HEAT, "|A grad u|"))


def reservoir():
    """Five wells."""
    sides = (1200, 2200)
    a, = read("layer.h5", "coefficient")
    u, flux = read("reservoir.h5", "fine_solution", "flux")
    x, y = middles(60, sides[0]), middles(220, sides[1])
    top = float(f"{np.percentile(np.abs(u), 99.7):.1g}")
    draw("reservoir", "900,640", panels(3, sides) + "set colorbox horizontal user origin graph 0,-0.12 size graph 1,0.03\n"
         "set tmargin 2\nset bmargin 5\nset lmargin 7\nset rmargin 3\nset logscale cb\n"
         + matrix("field", x, y, a) + f"set palette {VIRIDIS}\nset title 'A'\nplot $field with image\n"
         + matrix("pressure", np.linspace(0, sides[0], u.shape[1]), np.linspace(0, sides[1], u.shape[0]), u)
         + f"unset logscale cb\nset cbrange [{-top}:{top}]\nset cbtics {top}\nset palette {DIVERGING}\nset title 'u'\n"
         "plot $pressure with image\n" + matrix("speed", x, y, speed(flux))
         + "set logscale cb\nset cbtics 10\nset cbrange [1e-5:1e-2]\nset format cb '10^{%T}'\n"
         f"set palette {HEAT}\nset title '|A grad u|'\nplot $speed with image\n")


def holes():
    """A plate with holes."""
    mask, = read("plate.h5", "mask")
    flux, u = (np.nan_to_num(field) for field in read("holes.h5", "flux", "fine_solution"))  # nan in holes
    u = (u[:-1, :-1] + u[1:, :-1] + u[:-1, 1:] + u[1:, 1:]) / 4
    inside = np.repeat(np.repeat(mask, len(u) // len(mask), 0), len(u) // len(mask), 1)
    draw("holes", "1000,460", streamlines(flux, 0, 24) + panels(2, (1, 1))
         + cells(np.where(inside, u, np.nan), VIRIDIS, "u, and lines of equal flow", True) + "set cbrange [0:2]\n"
         + cells(np.where(mask, speed(flux), np.nan), HEAT, "|A grad u|"))


def tensor():
    """Layers that conduct along a direction each."""
    a, flux = read("tensor.h5", "coefficient", "flux")
    angle = np.degrees(0.5 * np.arctan2(2 * a[:, :, 0, 1], a[:, :, 0, 0] - a[:, :, 1, 1])) % 180
    wheel = "defined (0 '#5e3c99', 45 '#2c7bb6', 90 '#4dac26', 135 '#e66101', 180 '#5e3c99')"
    draw("tensor", "1000,460", streamlines(flux, 1, 24) + panels(2, (1, 1)) + "set cbrange [0:180]\nset cbtics 45\n"
         + cells(angle, wheel, "direction of easy flow, in degrees, and lines of equal flow", True)
         + "set cbtics auto\nset cbrange [0:*]\n" + cells(speed(flux), HEAT, "|A grad u|"))


def section():
    """What the coarse mesh sees, and what correctors add."""
    (fine,), (coarse, field), (plain,) = (read("fine.h5", "solution"), read("lod.h5", "solution", "fine_solution"),
                                          read("coarse.h5", "solution"))
    curves = [(fine, "fine", "lines lw 5 lc rgb '#bbbbbb'"), (field, "lod, fine-scale field", "lines lw 1.5 lc rgb '#d95f02'"),
              (coarse, "lod, coarse solution", "linespoints pt 7 lw 1 lc rgb '#1b9e77'"),
              (plain, "coarse Q1", "linespoints pt 5 lw 1 lc rgb '#7570b3'")]
    text = ""
    for number, (u, *_) in enumerate(curves):
        line = u[(len(u) - 1) // 2]
        text += f"$curve{number} << EOD\n" + "\n".join(f"{x:.6g} {v:.6g}" for x, v in zip(np.linspace(0, 1, len(line)), line)) + "\nEOD\n"
    plots = ", ".join(f"$curve{number} with {style} title '{title}'" for number, (_, title, style) in enumerate(curves))
    draw("section", "1000,420", text + "set multiplot layout 1,2\nset grid\nset xlabel 'x at y = 1/2'\nset ylabel 'u'\n"
         f"set key bottom center\nplot {plots}\nunset key\nset xrange [0.62:0.9]\nset yrange [0.02:0.13]\nplot {plots}\n")


def effective():
    """The effective tensor of larger and larger samples."""
    found = {}
    for line in open("K.txt", encoding="utf-8"):
        cells, kind, value = line.split()[:3]
        found.setdefault((kind, int(cells)), []).append(float(value))
    kinds = [("Voigt", "#999999"), ("linear", "#1b9e77"), ("periodic", "#d95f02"), ("flow", "#7570b3"), ("Reuss", "#999999")]
    sizes = sorted({cells for _, cells in found})
    text, plots = "", []
    for number, (kind, colour) in enumerate(kinds):
        rows = [(n * 1.05 ** (number - 2 if 0 < number < 4 else 0), np.mean(v), min(v), max(v)) for n in sizes for v in [found[kind, n]]]
        text += f"$kind{number} << EOD\n" + "\n".join("%g %g %g %g" % row for row in rows) + "\nEOD\n"
        plots.append(f"$kind{number} with yerrorlines pt 7 lw 1.5 lc rgb '{colour}' title '{kind}'")
    draw("effective", "760,460", text + "set logscale xy\nset xrange [12:340]\nset xtics (16, 32, 64, 128, 256)\nset format y '%g'\n"
         "set xlabel 'cells of the sample per axis'\nset ylabel 'K_{xx}, mean and range of six samples'\nset grid\nset key outside\n"
         f"plot {', '.join(plots)}, 1 with lines dt 2 lc rgb 'black' title 'exact'\n")


def main():
    blocks = commands()
    for name in sys.argv[1:] or blocks:
        with tempfile.TemporaryDirectory() as scratch:
            os.chdir(scratch)
            subprocess.run(["bash", "-euc", blocks[name]], check=True)
            globals()[name]()
            os.chdir(HERE)


if __name__ == "__main__":
    main()

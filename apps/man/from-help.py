#!/usr/bin/env python3
"""Writes the manual page of a program from what `PROGRAM --help` prints (argp's layout).

Usage: from-help.py PROGRAM PAGE SUMMARY

The first lines of the help are the usage, the rest before the options the description; option
groups become subsections, indented lines of what follows the options examples. The environment of
the overview page lodnet(7) holds for all programs.
"""
import os
import re
import subprocess
import sys

# One line a paragraph and an option, and no remark on short options.
LAYOUT = "rmargin=5000,opt-doc-col=40,no-dup-args-note"


def text(line):
    """A line as roff takes it literally."""
    line = line.replace("\\", "\\e").replace("-", "\\-").replace("'", "\\(aq")
    return "\\&" + line if line.startswith(".") else line


def option(line):
    """An option line, or None: the words of the option, and what it does."""
    match = re.match(r"^ {2,6}(-\S.*?)(?: {2,}(\S.*))?$", line)
    return match and (match.group(1), match.group(2) or "")


def bold(words):
    """Options in bold, their arguments in italics."""
    parts = []
    for word in words.split(", "):
        name, equals, argument = word.partition("=")
        parts.append(f"\\fB{text(name)}\\fR" + (f"{equals}\\fI{text(argument)}\\fR" if equals else ""))
    return ", ".join(parts)


def paragraph(line):
    """A paragraph of running text; the exit status has a section of its own."""
    before, found, status = line.strip().partition("Exit status: ")
    page = [".PP", text(before)] if before else []
    return page + ([".SH EXIT STATUS", text(status)] if found else [])


def body(lines):
    """The sections from DESCRIPTION on."""
    page, place, last = [".SH DESCRIPTION"], "description", ""
    for line in lines:
        this, example = option(line), re.match(r"^  (lod-\S+ .*)", line)
        if place == "examples" and not example:
            page.append(".EE")
            place = "notes"
        if this:
            if place == "description":
                page.append(".SH OPTIONS")
            elif place == "group" and not last.strip():
                page.append(".SS Others:")
            place = "options" if place == "description" or not last.strip() else place
            page += [".TP", bold(this[0]), text(this[1])]
        elif example:
            page += [text(example.group(1))] if place == "examples" else [".EX", text(example.group(1))]
            place = "examples"
        elif re.match(r"^ \S.*:$", line):
            page += [".SH OPTIONS"] if place == "description" else []
            page.append(f".SS {text(line.strip())}")
            place = "group"
        elif line in ("Examples:", "Example:"):
            page.append(".SH EXAMPLES")
        elif line.strip():
            page += [".SH NOTES"] if place in ("options", "group") else []
            place = "notes" if place != "description" else place
            page += paragraph(line)
        last = line
    return page


def main():
    """Runs the program and writes the page."""
    program, path, summary = sys.argv[1:4]
    name = os.path.basename(program)
    environment = dict(os.environ, ARGP_HELP_FMT=LAYOUT, LC_ALL="C")

    def ask(what):
        return subprocess.run([program, what], check=True, capture_output=True, text=True,
                              env=environment).stdout.splitlines()

    lines = ask("--help")
    usages = []
    while lines[0].startswith(("Usage: ", "  or: ")):
        usages.append(lines.pop(0).partition(name)[2].strip())
    version = ask("--version")[0].split()[-1]
    page = [f'.TH {name.upper()} 1 "" "lodnet {version}" "lodnet"', ".SH NAME",
            f"{name} \\- {text(summary)}", ".SH SYNOPSIS"]
    page += ["\n.br\n".join(f"\\fB{text(name)}\\fR {text(usage)}" for usage in usages)]
    page += body(lines)
    page += [".SH SEE ALSO", ".BR lodnet (7)"]
    with open(path, "w", encoding="utf-8") as file:
        file.write("\n".join(page) + "\n")


if __name__ == "__main__":
    main()

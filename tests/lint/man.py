#!/usr/bin/env python3
# SPDX-License-Identifier: EUPL-1.2
"""docs/wijkpoort.1 beside the code: the commands, their use and what they do, and the exit
codes. man.py --write puts the commands in place; the lint asks whether that would change anything.
"""
import os
import re
import subprocess
import sys

from source import Fault, in_layers, read, string_value, without

PAGE = "docs/wijkpoort.1"
BEGIN, END = '.\\" commands: tests/lint/man.py writes these lines\n', '.\\" end of the commands\n'
MAIN = "gateway/main.c"
ROW = re.compile(r'\.name = ("[^"]*"),(.*?)\.usage = ((?:"(?:\\.|[^"\\])*"\s*)+),', re.DOTALL)
SUMMARY = re.compile(r'\.summary = \{((?:"(?:\\.|[^"\\])*"\s*)+),\s*((?:"(?:\\.|[^"\\])*"\s*)+)\}')
ALIAS = re.compile(r'\.alias = "([^"]*)"')


def commands():
    """(name, alias or "", use, what it does), in the order of the table in main.c."""
    found = {}
    for path in in_layers(".c", layers=("gateway",)):
        for name, between, usage in ROW.findall(without(read(path), strings=False)):
            summary, alias = SUMMARY.search(between), ALIAS.search(between)
            if summary:
                found[string_value(name)] = (string_value(name), alias[1] if alias else "", string_value(usage).strip(),
                                             string_value(summary[2]))
    table = re.search(r"commands\[\] = \{(.*?)\};", without(read(MAIN)), re.DOTALL)[1]
    order = [word.removeprefix("command_").replace("_", " ") for word in re.findall(r"&(\w+)", table)]
    return [found[name] for name in order if name in found], order


def roff(text):
    return text.replace("\\", "\\e").replace("-", "\\-").replace("'", "\\(aq")


def section():
    for name, alias, usage, does in commands()[0]:
        yield f".TP\n.B {roff(name)}{' ' + chr(92) + 'fR' + roff(usage) if usage else ''}\n"
        yield f"{roff(does)}\n"
        if alias:
            yield f"Also:\n.BR {roff(alias)} .\n"


def page(now):
    if BEGIN not in now or END not in now:
        return now
    return now[:now.index(BEGIN) + len(BEGIN)] + "".join(section()) + now[now.index(END):]


def man_page_names_every_command():
    now = read(PAGE)
    rows, order = commands()
    lacking = [name for name in order if name not in {row[0] for row in rows}]
    if lacking or BEGIN not in now:
        yield Fault(MAIN, 1, f"{lacking} has no .name, .summary and .usage that {__name__} can read")
    wanted = page(now)
    if now != wanted:
        pairs = zip(now.split("\n"), wanted.split("\n"))
        line = next((at for at, (a, b) in enumerate(pairs, 1) if a != b), 1)
        yield Fault(PAGE, line, "the commands differ from the table: run tests/lint/man.py --write")


def man_page_names_every_exit_code():
    codes = re.findall(r"\bEXIT_\w+ = (\d+)", read("gateway/command.h"))
    status = read(PAGE).split(".SH EXIT STATUS")[-1].split(".SH")[0]
    told = re.findall(r"^\.TP\n\.B (\d+)$", status, re.MULTILINE)
    if not codes or codes != told:
        yield Fault(PAGE, 1, f"EXIT STATUS has {told}, gateway/command.h {codes}")


def man_page_renders():
    """groff, with every warning; where it is not installed, there is nothing to ask."""
    try:
        done = subprocess.run(["groff", "-man", "-ww", "-z", "-Tutf8", PAGE], capture_output=True, text=True, check=False)
    except FileNotFoundError:
        return
    for line in done.stderr.split("\n"):
        if line.strip():
            yield Fault(PAGE, 1, line.strip())


CHECKS = [man_page_names_every_command, man_page_names_every_exit_code, man_page_renders]


if __name__ == "__main__":
    os.chdir(os.path.join(os.path.dirname(os.path.abspath(__file__)), "../.."))
    if "--write" in sys.argv:
        text = page(read(PAGE))
        with open(PAGE, "w", encoding="utf-8") as file:
            file.write(text)
    else:
        sys.stdout.write("".join(section()))

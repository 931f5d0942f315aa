#!/usr/bin/env python3
# SPDX-License-Identifier: EUPL-1.2
"""The checks of `make lint` that ask the compiler: headers that compile alone, and, from the
symbols of each object file, forbidden calls and variables that can change. Symbols see
through macros and inline functions, which a search in the text does not."""
import os
import re
import shlex
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor

from exceptions import EXCEPTIONS
from source import HERE, LAYERS, PURE, Fault, in_layers, line_of, read, without

CC = shlex.split(os.environ.get("CC", "gcc"))
PACKAGES = ["libsodium", "jansson", "openssl", "lmdb", "libcurl", "libevent", "libevent_openssl",
            "libevent_pthreads"]
# Not position independent: then a const table with pointers is read-only data, as it means to be.
FLAGS = ["-std=gnu11", "-D_GNU_SOURCE", "-I.", "-w", "-O0", "-fno-builtin", "-fno-pie", "-fno-pic"]

NOWHERE = set("""strcpy strcat sprintf vsprintf gets atoi atol atoll atof strtok system popen rand srand
    random localtime gmtime ctime asctime mktime tmpnam mktemp scanf sscanf __isoc99_scanf
    __isoc99_sscanf alloca setjmp longjmp memcmp""".split())
# What a pure layer does not do: time, files, sockets, environment, output, threads of its own.
# (timegm and gmtime_r only reckon with what they are given.)
IMPURE = set("""time clock clock_gettime gettimeofday getenv secure_getenv setenv fopen fdopen open openat
    creat read write pread pwrite close fread fwrite fclose fputs puts putchar printf fprintf vfprintf
    dprintf perror stdout stderr stdin socket connect send recv sendto recvfrom bind listen accept
    select poll epoll_wait unlink rename stat fstat lstat mkdir opendir readdir mmap ioctl fcntl
    syslog fork execve pthread_create exit abort _exit sleep usleep nanosleep getrandom
    localtime_r mktime tzset setlocale""".split())
DATA = re.compile(r"^(\S+) [dDbBC] ", re.MULTILINE)
WANTED = re.compile(r"^(\S+) U ", re.MULTILINE)
used = set()


def excepted(check, path, what):
    found = (check, path, what) in EXCEPTIONS
    used.update({(check, path, what)} if found else set())
    return found


def package_flags():
    done = subprocess.run(["pkg-config", "--cflags", *PACKAGES], capture_output=True, text=True, check=False)
    return shlex.split(done.stdout)


def compile_one(path, flags, output=None):
    """The compiler's first complaint, or None."""
    how = ["-c", path, "-o", output] if output else ["-fsyntax-only", "-x", "c", path]
    done = subprocess.run([*CC, *FLAGS, *flags, *how], capture_output=True, text=True, check=False)
    complaint = re.search(r"^[^:\n]+:(\d+):.*error: (.*)", done.stderr, re.MULTILINE)
    if done.returncode == 0:
        return None
    return Fault(path, int(complaint[1]) if complaint else 1, complaint[2] if complaint else done.stderr[-200:])


def symbols(path, flags, folder):
    """(the complaint or None, the symbols as nm prints them)"""
    output = os.path.join(folder, path.replace("/", "_") + ".o")
    complaint = compile_one(path, flags, output)
    if complaint:
        return complaint, ""
    done = subprocess.run(["nm", "-P", output], capture_output=True, text=True, check=True)
    return None, done.stdout


def place(path, name):
    """The line of a symbol; a static inside a function is called `name.0`."""
    text = without(read(path))
    found = re.search(rf"\b{re.escape(name.split('.')[0])}\b", text)
    return line_of(text, found.start()) if found else 1


def is_pure(path):
    return path.split("/")[0] in PURE


def calls(named):
    for path, table in named:
        wanted = set(WANTED.findall(table))
        for name in sorted(wanted & (NOWHERE | (IMPURE if is_pure(path) else set()))):
            if not excepted("calls", path, name):
                yield Fault(path, place(path, name), f"{name} is not for {path.split('/')[0]}/")


def globals_that_change(named):
    for path, table in named:
        for name in DATA.findall(table) if is_pure(path) else []:
            if not excepted("globals", path, name.split(".")[0]):
                yield Fault(path, place(path, name), f"{name.split('.')[0]} can change")


def unneeded(named):
    compiled = {path for path, table in named if table}   # of the others nothing is known
    for check, path, what in EXCEPTIONS:
        gone = path in compiled or not os.path.exists(path)
        if check in ("calls", "globals") and gone and (check, path, what) not in used:
            yield Fault(f"{HERE}/exceptions.py", 1, f"{check}, {path}, {what} is not needed")


def report(name, faults):
    for fault in faults:
        print(f"not ok {name}: {fault.path}:{fault.line}: {fault.why}")
    if not faults:
        print(f"ok {name}")
    return bool(faults)


def main():
    flags = package_flags()
    sources = in_layers(".c", layers=LAYERS)
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(os.cpu_count()) as pool:
        headers = [fault for fault in pool.map(lambda path: compile_one(path, flags), in_layers(".h")) if fault]
        tables = list(pool.map(lambda path: symbols(path, flags, folder), sources))
    named = [(path, table) for path, (_, table) in zip(sources, tables)]
    failed = [report("headers_compile_alone", headers),
              report("sources_compile", [fault for fault, _ in tables if fault]),
              report("forbidden_calls", list(calls(named))),
              report("pure_layers_keep_no_state", list(globals_that_change(named))),
              report("exceptions_to_symbols_are_needed", list(unneeded(named)))]
    return any(failed)


if __name__ == "__main__":
    sys.exit(main())

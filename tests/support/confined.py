#!/usr/bin/env python3
# SPDX-License-Identifier: EUPL-1.2
"""Runs a program under what can be tried of a systemd unit without systemd as PID 1: its system
call filter and socket families (as seccomp, for real), its limits, no new privileges, its umask.

    confined.py config/wijkpoort.service PROGRAM WORD...
"""
import ctypes
import errno
import functools
import os
import re
import resource
import socket
import struct
import subprocess
import sys

PR_SET_NO_NEW_PRIVS, PR_SET_SECCOMP, SECCOMP_MODE_FILTER = 38, 22, 2
RET_ALLOW, RET_ERRNO = 0x7FFF0000, 0x00050000
LOAD, JUMP_EQUAL, RETURN = 0x20, 0x15, 0x06
AUDIT_ARCH_X86_64 = 0xC000003E
NUMBERS = "/usr/include/x86_64-linux-gnu/asm/unistd_64.h"
LIMITS = {"LimitMEMLOCK": resource.RLIMIT_MEMLOCK, "LimitCORE": resource.RLIMIT_CORE, "LimitNOFILE": resource.RLIMIT_NOFILE}


def settings(path):
    """{name: [values in order]} of a unit file."""
    found = {}
    with open(path, encoding="utf-8") as file:
        for line in file:
            name, equals, value = line.strip().partition("=")
            if equals and re.fullmatch(r"\w+", name):
                found.setdefault(name, []).append(value)
    return found


@functools.cache
def members(group):
    """The system calls of a group of systemd's, and of the groups in it."""
    said = subprocess.run(["systemd-analyze", "--no-pager", "syscall-filter", group], capture_output=True, text=True,
                          check=True).stdout
    words = [line.strip() for line in said.split("\n")[1:] if line.strip() and not line.strip().startswith("#")]
    return {call for word in words for call in (members(word) if word.startswith("@") else {word})}


def admitted(unit):
    """The names that the filter lines admit, in the order in which systemd reads them."""
    names = set(members("@default"))
    for line in unit["SystemCallFilter"]:
        denies, words = line.startswith("~"), line.removeprefix("~").split()
        for word in words:
            group = members(word) if word.startswith("@") else {word}
            names = names - group if denies else names | group
    return names


def numbers():
    with open(NUMBERS, encoding="ascii") as file:
        return {name: int(number) for name, number in re.findall(r"#define __NR_(\w+) (\d+)", file.read())}


def families(unit):
    """A part of a program: a socket of another family gets EAFNOSUPPORT, as from systemd."""
    code = [struct.pack("HBBI", LOAD, 0, 0, 16)]   # the low half of the first argument
    for name in unit["RestrictAddressFamilies"][-1].split():
        code += [struct.pack("HBBI", JUMP_EQUAL, 0, 1, getattr(socket, name)), struct.pack("HBBI", RETURN, 0, 0, RET_ALLOW)]
    return [*code, struct.pack("HBBI", RETURN, 0, 0, RET_ERRNO | errno.EAFNOSUPPORT)]


def program(allowed, sockets, socket_number):
    """A BPF program: another architecture and every other call gets EPERM."""
    refuse = struct.pack("HBBI", RETURN, 0, 0, RET_ERRNO | errno.EPERM)
    code = [struct.pack("HBBI", LOAD, 0, 0, 4), struct.pack("HBBI", JUMP_EQUAL, 1, 0, AUDIT_ARCH_X86_64), refuse,
            struct.pack("HBBI", LOAD, 0, 0, 0), struct.pack("HBBI", JUMP_EQUAL, 0, len(sockets), socket_number), *sockets]
    for number in allowed:
        code += [struct.pack("HBBI", JUMP_EQUAL, 0, 1, number), struct.pack("HBBI", RETURN, 0, 0, RET_ALLOW)]
    return b"".join([*code, refuse])


def confine(unit):
    known = numbers()
    code = program(sorted(known[name] for name in admitted(unit) if name in known), families(unit), known["socket"])
    libc = ctypes.CDLL(None, use_errno=True)
    buffer = ctypes.create_string_buffer(code, len(code))
    filter_of = struct.pack("HxxxxxxP", len(code) // 8, ctypes.addressof(buffer))
    for name, which in LIMITS.items():
        text = unit[name][-1]
        value = int(text.removesuffix("M")) << (20 if text.endswith("M") else 0)
        value = min(value, resource.getrlimit(which)[1]) if resource.getrlimit(which)[1] >= 0 else value
        resource.setrlimit(which, (value, value))
    os.umask(int(unit["UMask"][-1], 8))
    if libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) or \
            libc.prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, ctypes.create_string_buffer(filter_of, len(filter_of))):
        raise OSError(ctypes.get_errno(), "seccomp")


if __name__ == "__main__":
    confine(settings(sys.argv[1]))
    os.execv(sys.argv[2], sys.argv[2:])

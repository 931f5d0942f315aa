# SPDX-License-Identifier: EUPL-1.2
"""Lets the Nth allocation of a running gateway fail (tests/preload/scarce_allocations.c)."""
import mmap
import struct


class Scarce:
    """The four numbers that tests/preload/scarce_allocations.c shares with us."""

    def __init__(self, path):
        path.write_bytes(bytes(32))
        self.file = open(path, "r+b")
        self.map = mmap.mmap(self.file.fileno(), 32)
        self.path = path

    def environment(self, build):
        return {"LD_PRELOAD": str(build / "tests/preload/scarce_allocations.so"),
                "SCARCE_ALLOCATIONS": str(self.path)}

    def numbers(self):
        return struct.unpack("<4q", self.map[:])

    def arm(self, first, length):
        self.map[8:32] = struct.pack("<3q", length, 0, 0)
        self.map[0:8] = struct.pack("<q", first)

    def disarm(self):
        """(asked, refused) since it was armed."""
        self.map[0:8] = bytes(8)
        return self.numbers()[2:]


def is_sanitized(binary):
    return b"__asan_init" in binary.read_bytes()

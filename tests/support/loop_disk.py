# SPDX-License-Identifier: EUPL-1.2
"""A disk of a story's own: a file system (xfs) in a file, of which the power can be cut.

    why_not = loop_disk.unavailable()          # None where it can be done
    disk = LoopDisk(story.folder / "disk")
    disk.use_for(town.wijkteam)                # before its first start
    disk.cut(); disk.revive()                  # what was not synced is gone
    disk.close()
"""
import os
import pathlib
import shutil
import subprocess
import time

NEEDED = ("mkfs.xfs", "mount", "umount", "xfs_io", "losetup")
IMAGE_MIB = 320  # the smallest that mkfs.xfs makes is 300


def unavailable():
    """Why this machine cannot do it, or None."""
    if os.geteuid() != 0:
        return "only root may mount"
    missing = [name for name in NEEDED if not shutil.which(name)]
    if missing:
        return f"not installed: {', '.join(missing)}"
    found = subprocess.run(["losetup", "-f"], capture_output=True, text=True, check=False)
    return None if found.returncode == 0 else f"no loop device: {found.stderr.strip()}"


def run(*words):
    done = subprocess.run([str(word) for word in words], capture_output=True, text=True,
                          check=False)
    if done.returncode:
        raise RuntimeError(f"{words}: {done.stdout}{done.stderr}")


def fill(path, until=lambda: False):
    """Writes there until the disk is full, or `until` says so."""
    with open(path, "wb", buffering=0) as file:
        try:
            while not until():
                file.write(bytes(1 << 18))
        except OSError:
            pass  # full


class Tmpfs:
    """Memory as a small disk, in which an image can stand that is larger than it."""

    def __init__(self, folder, mib):
        self.path = pathlib.Path(folder)
        self.path.mkdir(parents=True)
        run("mount", "-t", "tmpfs", "-o", f"size={mib}m", "wijkpoort-story", self.path)

    def close(self):
        subprocess.run(["umount", "-l", self.path], capture_output=True, check=False)


class LoopDisk:
    def __init__(self, folder, image=None):
        self.folder = pathlib.Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.image = image or self.folder / "image"
        self.path = self.folder / "mount"
        self.path.mkdir()
        with open(self.image, "wb") as image_file:
            image_file.truncate(IMAGE_MIB << 20)
        run("mkfs.xfs", "-q", "-f", self.image)
        self.mounted = False
        self.mount()

    def mount(self, *options):
        run("mount", "-o", ",".join(("loop", *options)), self.image, self.path)
        self.mounted = True

    def unmount(self):
        if self.mounted:
            run("umount", self.path)
        self.mounted = False

    def cut(self):
        """From now on nothing reaches the disk, also not what was written and not synced."""
        run("xfs_io", "-x", "-c", "shutdown", self.path)

    def revive(self, *options):
        """As after the power came back; nothing may have a file open."""
        self.unmount()
        self.mount(*options)

    def free_mib(self):
        info = os.statvfs(self.path)
        return info.f_bavail * info.f_frsize >> 20

    def fill_to(self, mib):
        """Leaves so much free, or a little less; fill_to(None) frees it again."""
        if mib is not None:  # more beside what is there: xfs gives removed blocks back later
            fill(self.path / f"ballast-{mib}", lambda: self.free_mib() < mib)
            return
        for ballast in self.path.glob("ballast-*"):
            ballast.unlink()
        end = time.monotonic() + 10
        while self.free_mib() < 64 and time.monotonic() < end:
            time.sleep(0.05)

    def data_of(self, partner):
        return self.path / partner.name.lower()

    def use_for(self, partner):
        """The partner's data folder is on this disk, empty, with leave to begin."""
        folder = self.data_of(partner)
        folder.mkdir(mode=0o700)
        (folder / "nieuw").touch(mode=0o600)
        partner.change_settings(gegevensmap=str(folder), vrijeRuimteMiB=16)

    def close(self):
        subprocess.run(["umount", "-l", self.path], capture_output=True, check=False)

# SPDX-License-Identifier: EUPL-1.2
"""The faults of the soak: each takes a town that is busy, does its harm within half a minute,
and leaves the town as it was."""
import contextlib
import os
import shutil
import signal
import socket
import ssl
import subprocess
import time

from people import LocalConnection

LOOPBACK = "127.0.0.1"


def killed_sender(town):
    killed(town.corporatie)


def killed_receiver(town):
    killed(town.wijkteam)


def killed(partner):
    partner.stop(signal.SIGKILL)
    partner.start()


def stopped_sender(town):
    stopped(town.corporatie, 0)


def absent_receiver(town):
    stopped(town.ggz, 15)


def stopped(partner, seconds):
    partner.stop(signal.SIGTERM)
    time.sleep(seconds)
    partner.start()


def both_killed_at_once(town):
    for partner in (town.corporatie, town.wijkteam):
        partner.stop(signal.SIGKILL)
    for partner in (town.wijkteam, town.corporatie):
        partner.start()


def frozen_receiver(town):
    """As a machine that swaps: connections stay, nothing answers."""
    for pid in town.wijkteam.pids():
        os.kill(pid, signal.SIGSTOP)
    time.sleep(8)
    for pid in town.wijkteam.pids():
        os.kill(pid, signal.SIGCONT)


def hung_up(town):
    for partner in town.all():
        for pid in partner.pids():
            os.kill(pid, signal.SIGHUP)


def new_certificate(town):
    """Another certificate of the same organisation, moved into place while connections live."""
    partner = town.wijkteam
    pem, key = town.authority.issue(
        "rotation", f"/O={partner.title}/serialNumber={partner.oin}/CN=wijkteam")
    for new, old in ((key, partner.key), (pem, partner.certificate)):
        beside = old.with_suffix(".new")
        shutil.copy(new, beside)
        beside.chmod(old.stat().st_mode)
        beside.rename(old)


def garbage(town):
    """Strangers that speak no TLS, and partners that speak no HTTP."""
    deadline = time.monotonic() + 5
    context = ssl.create_default_context(cafile=town.authority.pem)
    context.check_hostname = False
    context.load_cert_chain(town.corporatie.certificate, town.corporatie.key)
    while time.monotonic() < deadline:
        for wrap in (None, context):
            with contextlib.suppress(OSError), \
                    socket.create_connection((LOOPBACK, town.wijkteam.partner_port), 2) as raw:
                with wrap.wrap_socket(raw) if wrap else contextlib.nullcontext(raw) as one:
                    one.sendall(os.urandom(300))
                    one.settimeout(2)
                    one.recv(4096)


def handshakes_without_certificate(town):
    deadline = time.monotonic() + 10
    context = ssl.create_default_context(cafile=town.authority.pem)
    context.check_hostname = False
    while time.monotonic() < deadline:
        with contextlib.suppress(OSError), \
                socket.create_connection((LOOPBACK, town.ggz.partner_port), 2) as raw, \
                context.wrap_socket(raw) as one:
            one.settimeout(2)
            one.recv(1)


def idle_connections(town):
    with contextlib.ExitStack() as held:
        for _ in range(300):
            with contextlib.suppress(OSError):
                held.enter_context(socket.create_connection((LOOPBACK, town.wijkteam.partner_port),
                                                            2))
        time.sleep(10)


def slow_requests(town):
    """Heads that arrive byte by byte and never end."""
    with contextlib.ExitStack() as held:
        slow = [held.enter_context(LocalConnection(town.corporatie, "MELDER")).connection.sock
                for _ in range(20)]
        for byte in b"POST /v1/in":
            for one in slow:
                with contextlib.suppress(OSError):
                    one.sendall(bytes([byte]))
            time.sleep(1)


def curious_auditor(town):
    """Asks for the whole log, and for a question that has no answer, while all work on."""
    with LocalConnection(town.corporatie, "AUDITOR") as auditor:
        for at in range(0, 20000, 500):
            auditor.ask("POST", "/v1/logregels/_zoek", {"aantal": 500, "vanaf": at})
        auditor.ask("POST", "/v1/logregels/_zoek", {"aantal": 500, "gebeurtenis": "gap"})


def same_file_again(town):
    """A nightly export that runs twice, with rows for each lane and each refusal."""
    path = town.make_csv("nightly.csv", "--rows", 400, "--seed", 7)
    for _ in range(2):
        subprocess.run([town.binary, "push", path, "--profile", town.corporatie.profile("MELDER")],
                       capture_output=True, timeout=60, check=False)


ENDING = (killed_sender, killed_receiver, stopped_sender, absent_receiver, both_killed_at_once)
LIVED_THROUGH = (frozen_receiver, hung_up, new_certificate, garbage, handshakes_without_certificate,
                 idle_connections, slow_requests, curious_auditor, same_file_again)

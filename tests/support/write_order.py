# SPDX-License-Identifier: EUPL-1.2
"""Reads a strace of a gateway and says, for each answer it gave, whether what the answer
acknowledges was on disk before its first byte went to the socket.

    trace = Trace(path)
    for answer in trace.answers(port):
        why_not = trace.why_not_on_disk(answer)   # None: it was

Moments are line numbers: strace writes a line when a call begins and one when it ends,
and a thread whose call has not been reported as ended cannot have gone on.

On disk, in one environment of LMDB: data pages written, then fdatasync of that file
returned 0, then the meta page written through the descriptor opened with O_DSYNC. An
answer needs that of keys/ first and then of store/, all begun after its question came in.
"""
import re

ENVIRONMENTS = ("keys", "store", "index")
STRACE = ["strace", "-f", "-yy", "-s", "8", "--seccomp-bpf", "-e", "signal=none", "-e",
          "trace=openat,read,recvfrom,recvmsg,write,writev,pwrite64,pwritev,pwritev2,sendto,"
          "sendmsg,fsync,fdatasync", "-o"]
WRITES = {"write", "writev", "pwrite64", "pwritev", "pwritev2", "sendto", "sendmsg"}
READS = {"read", "recvfrom", "recvmsg"}
SMALLEST_ANSWER_BYTES = 64  # a TLS alert takes 24, the head of an answer hundreds

LINE = re.compile(r"^(\d+) +(.*)$")
RESUMED = re.compile(r"^<\.\.\. (\w+) resumed>(.*)$")
CALL = re.compile(r"^(\w+)\((?:(\d+)<(.*?)>(?=[,) ]))?(.*)$")
RESULT = re.compile(r"\) += (-?\d+)(?:<[^>]*>)?[^=]*$")


class Call:
    def __init__(self, name, descriptor, file, text, begin):
        self.name, self.descriptor, self.file, self.text = name, descriptor, file, text
        self.begin = begin
        self.end = self.result = None

    def finish(self, text, end):
        self.text += text
        self.end = end
        found = RESULT.search(self.text)
        self.result = int(found[1]) if found else -1


def calls_of(lines):
    """Each call that ended, in the order in which they began."""
    calls, open_calls = [], {}
    for number, line in enumerate(lines):
        found = LINE.match(line)
        if not found:
            continue
        thread, rest = found.groups()
        resumed = RESUMED.match(rest)
        if resumed:
            if thread in open_calls:
                open_calls.pop(thread).finish(resumed[2], number)
            continue
        parts = CALL.match(rest)
        if not parts:
            continue
        text, dots, _ = parts[4].partition(" <unfinished ...>")
        call = Call(parts[1], parts[2], parts[3] or "", text, number)
        calls.append(call)
        if dots:
            open_calls[thread] = call
        else:
            call.finish("", number)
    return [call for call in calls if call.end is not None]


class Commit:
    """One transaction's way to disk; `fault` says what was wrong with it."""

    def __init__(self, pages, sync, meta):
        self.begin = pages[0].begin if pages else meta.begin
        self.end = meta.end
        self.fault = self._fault(pages, sync, meta)

    @staticmethod
    def _fault(pages, sync, meta):
        if not pages:
            return "no data page was written"
        if any(page.result <= 0 for page in pages):
            return "a data page could not be written"
        if sync is None:
            return "the file was not synced"
        if sync.result != 0:
            return "the sync failed"
        if sync.begin <= max(page.end for page in pages):
            return "the sync began before the last data page was written"
        if meta.begin <= sync.end:
            return "the meta page was written before the sync returned"
        return "the meta page could not be written" if meta.result <= 0 else None


class Answer:
    def __init__(self, peer_port, asked, begin):
        self.peer_port, self.asked, self.begin = peer_port, asked, begin


def commits_of(calls, environment):
    commits, pages, sync, synchronous = [], [], None, set()
    for call in calls:
        if call.name == "openat" and f"/{environment}/data.mdb\"" in call.text:
            (synchronous.add if "O_DSYNC" in call.text else synchronous.discard)(str(call.result))
        if not call.file.endswith(f"/{environment}/data.mdb"):
            continue
        if call.name == "fdatasync":
            sync = call
        elif call.name in WRITES and call.descriptor in synchronous:
            commits.append(Commit(pages, sync, call))
            pages, sync = [], None
        elif call.name in WRITES:
            pages.append(call)
    return commits


class Trace:
    def __init__(self, lines):
        self.calls = calls_of(lines)
        self.commits = {name: commits_of(self.calls, name) for name in ENVIRONMENTS}

    def answers(self, port):
        """What went out over connections that came in on this port, after the handshake."""
        ours = re.compile(rf"^TCP:\[[0-9.]+:{port}->[0-9.]+:(\d+)\]$")
        asked, answers = {}, []
        for call in self.calls:
            peer = ours.match(call.file)
            if not peer:
                continue
            if call.name in READS:
                if call.result > 0:
                    asked[peer[1]] = call.end
                continue
            # TLS record 23 is application data; the server's handshake begins with a 22
            if (call.name in WRITES and r'"\27\3' in call.text and peer[1] in asked and
                    call.result > SMALLEST_ANSWER_BYTES):
                answers.append(Answer(int(peer[1]), asked[peer[1]], call.begin))
            asked.pop(peer[1], None)
        return answers

    def why_not_on_disk(self, answer):
        """None when keys/ and then store/ were committed between question and answer."""
        def between(name, first):
            return [commit for commit in self.commits[name]
                    if first < commit.begin and commit.end < answer.begin]
        for name in ENVIRONMENTS:
            for commit in between(name, answer.asked):
                if commit.fault:
                    return f"{name}/: {commit.fault}"
        keys = between("keys", answer.asked)
        if not keys:
            return "keys/ was not committed between question and answer"
        if not between("store", keys[0].end):
            return "store/ was not committed after keys/ and before the answer"
        return None

    def faults(self):
        return [f"{name}/: {commit.fault}" for name in ENVIRONMENTS
                for commit in self.commits[name] if commit.fault]

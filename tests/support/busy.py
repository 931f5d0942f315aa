# SPDX-License-Identifier: EUPL-1.2
"""People who work on through everything a gateway meets, and remember what was acknowledged.

    melder = Melder(town.corporatie, 1, "2026-12-03")
    melder.start()
    ...                     # kill, stop, fill the disk
    melder.stopping = True
    melder.join(30)
    melder.acknowledged     # source key -> id
"""
import http.client
import json
import threading
import time

from people import LocalConnection, intake, row

LATER = (429, 503)  # an answer that asks to come back


class Pace:
    """At most so many turns a second, evenly; what was missed is not made up for."""

    def __init__(self, per_second=None):
        self.per_second, self.next = per_second, 0.0

    def wait(self):
        if not self.per_second:
            return
        now = time.monotonic()
        self.next = max(self.next, now - 0.1) + 1 / self.per_second
        time.sleep(max(0.0, self.next - now))


class Share:
    """Busy for this share of the time: rests after each turn as long as that takes. So the load
    is the same share of what the machine can do at that moment, whatever else it does."""

    def __init__(self, share):
        self.rest, self.began = (1 - share) / share, None
        self.most_s = 1.0

    def wait(self):
        if self.began is not None:
            time.sleep(min(self.most_s, (time.monotonic() - self.began) * self.rest))
        self.began = time.monotonic()


class Client(threading.Thread):
    """One person: asks, and when the gateway dies asks again."""

    def __init__(self, partner, role, pace=None):
        super().__init__(daemon=True)
        self.partner, self.role, self.pace = partner, role, pace or Pace()
        self.connection = None
        self.stopping = False
        self.busy = False  # a request is sent and its answer is not here yet
        self.broken_off = []  # when each request was sent that never got an answer
        self.put_off = 0  # how often a gateway asked to come back later
        self.surprises = []

    def ask(self, method, path, body=None):
        """(status, answer), or None when the gateway died before it answered."""
        sent = None
        try:
            if self.connection is None:
                self.connection = LocalConnection(self.partner, self.role)
            asked = self.connection.connection
            asked.request(method, path, body, {"Content-Type": "application/json"})
            sent = time.monotonic()
            self.busy = True
            answer = asked.getresponse()
            return answer.status, answer.read()
        except (OSError, http.client.HTTPException):
            if sent is not None:
                self.broken_off.append(sent)
            if self.connection:
                self.connection.close()
            self.connection = None
            time.sleep(0.005)
            return None
        finally:
            self.busy = False

    def ask_until_answered(self, method, path, body):
        """(asked more than once, status, answer); None only when stopping."""
        again = False
        while not (again and self.stopping):
            answered = self.ask(method, path, body)
            if answered and answered[0] not in LATER:
                return again, *answered
            again = True
            if answered:
                self.put_off += 1
                time.sleep(0.2)
        return None

    def run(self):
        try:
            while not self.stopping:
                self.work()
        except Exception as error:  # a fact of its own, not a silent thread
            self.surprises.append(repr(error))


class Melder(Client):
    """Pushes one row after the other; a row without an answer is pushed again."""

    def __init__(self, partner, number, day, pace=None, **cells):
        super().__init__(partner, "MELDER", pace)
        self.number, self.day, self.cells = number, day, cells
        self.count = 0
        self.acknowledged = {}  # source key -> id, or None when only "al bekend" was said
        self.was_stored = 0  # killed after the commit and before the answer

    def work(self):
        self.pace.wait()
        key = f"K-{self.number}-{self.count}"
        body = json.dumps(intake([row(key, self.day, number=self.count % 500, **self.cells)]))
        answered = self.ask_until_answered("POST", "/v1/invoer", body)
        if answered:
            self.take(key, *answered)
            self.count += 1

    def take(self, key, again, status, text):
        said = json.loads(text)
        told = said["rijen"][0] if status == 200 else said
        if status == 200 and told["uitkomst"] == "VERZONDEN_TOESTEMMING":
            self.acknowledged[key] = told["id"]
        elif status == 200 and told["uitkomst"] == "AL_BEKEND" and again:
            self.acknowledged[key] = None
            self.was_stored += 1
        else:
            self.surprises.append(f"{key}: {status} {told}")


class Worker(Client):
    """Answers signals of the inbox once, page after page."""

    def __init__(self, partner, role="ONTVANGER", pace=None):
        super().__init__(partner, role, pace)
        self.done, self.acknowledged = set(), set()

    def work(self):
        self.pace.wait()
        answered = self.ask("GET", "/v1/postvak?aantal=40")
        if answered is None or answered[0] in LATER:
            return
        status, text = answered
        if status != 200:
            self.surprises.append(f"postvak: {status} {text[:200]}")
            return
        for item in json.loads(text)["postvak"]:
            if item["id"] not in self.done and not self.stopping:
                self.answer(item["id"])

    def answer(self, item):
        self.done.add(item)
        answered = self.ask("POST", "/v1/antwoorden",
                            json.dumps({"signaal": item, "code": "INBH"}))
        if answered and answered[0] == 201:
            self.acknowledged.add(item)
        elif answered and answered[0] not in LATER:
            self.surprises.append(f"{item}: {answered}")

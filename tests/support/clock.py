# SPDX-License-Identifier: EUPL-1.2
"""A clock for gateways that a story can move (libfaketime), and the Dutch calendar worked
out apart from the gateway's own: Amsterdam time, working days, when a term falls.

Under `environment` time passes: the steady clock moves along, as on a machine that slept, so that
the gateway knows its clock to be right. Under `leaping` only the wall clock moves: somebody set it.
"""
import datetime
import glob
import os
import pathlib
import sys
import time

UTC = datetime.timezone.utc
# From the published tables, so that no formula is shared with what is tested.
EASTER = {2025: (4, 20), 2026: (4, 5), 2027: (3, 28), 2028: (4, 16), 2029: (4, 1),
          2030: (4, 21), 2031: (4, 13), 2032: (3, 28), 2033: (4, 17), 2034: (4, 9),
          2035: (3, 25), 2036: (4, 13), 2037: (4, 5), 2038: (4, 25)}


class Clock:
    """Started under `environment`, a gateway lives at `now()`."""

    def __init__(self, path):
        self.path, self.ahead_s = path, 0.0
        self.write()

    @staticmethod
    def library():
        found = glob.glob("/usr/lib/*/faketime/libfaketimeMT.so.1")
        if not found:
            raise RuntimeError("libfaketime is missing: apt-get install faketime")
        return found[0]

    @property
    def environment(self):
        slept = pathlib.Path(sys.argv[1]).resolve() / "tests/preload/slept.so"
        return {**self.leaping, "LD_PRELOAD": f"{slept}:{self.library()}"}

    @property
    def leaping(self):
        return {"LD_PRELOAD": self.library(), "FAKETIME_TIMESTAMP_FILE": str(self.path),
                "FAKETIME_NO_CACHE": "1", "FAKETIME_DONT_FAKE_MONOTONIC": "1",
                # Else every wait on the monotonic clock ends at once, and the timer spins.
                "FAKETIME_FORCE_MONOTONIC_FIX": "0"}

    @property
    def jumping(self):
        """For a clock that also moves back: then a wait might not end any more without that."""
        return {**self.leaping, "FAKETIME_FORCE_MONOTONIC_FIX": "1"}

    def write(self):
        fresh = self.path.with_suffix(".new")
        fresh.write_text(f"{self.ahead_s:+.3f}\n")
        os.replace(fresh, self.path)

    def now(self):
        return datetime.datetime.fromtimestamp(time.time() + self.ahead_s, UTC)

    def move_to(self, moment):
        self.ahead_s = moment.timestamp() - time.time()
        self.write()


def last_sunday(year, month):
    day = datetime.datetime(year, month, 31, 1, tzinfo=UTC)
    return day - datetime.timedelta(days=(day.weekday() + 1) % 7)


def amsterdam(moment):
    """The local time of that moment, without a zone."""
    summer = last_sunday(moment.year, 3) <= moment < last_sunday(moment.year, 10)
    return (moment + datetime.timedelta(hours=2 if summer else 1)).replace(tzinfo=None)


def at_amsterdam(day, hour, minute=0):
    """The moment at which it is that late there (never in the hour the clock is put back)."""
    local = datetime.datetime.combine(day, datetime.time(hour, minute), UTC)
    for hours in (1, 2):
        moment = local - datetime.timedelta(hours=hours)
        if amsterdam(moment) == local.replace(tzinfo=None):
            return moment
    raise ValueError("no such local time")


def is_holiday(day):
    sunday = datetime.date(day.year, *EASTER[day.year])
    king = datetime.date(day.year, 4, 27)
    if king.weekday() == 6:
        king -= datetime.timedelta(days=1)
    return (day == king or (day - sunday).days in (-2, 0, 1, 39, 49, 50) or
            (day.month, day.day) in ((1, 1), (5, 5), (12, 25), (12, 26)))


def working_days_after(day, count):
    while count:
        day += datetime.timedelta(days=1)
        count -= day.weekday() < 5 and not is_holiday(day)
    return day

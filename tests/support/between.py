# SPDX-License-Identifier: EUPL-1.2
"""Somebody between the gateways of a town and one of them: each message arrives there, and its
answer comes back only while the story wants so.

    line = Between(town, town.wijkteam)   # before it is needed: the gateway moves aside
    line.lose("signaal")                  # of these kinds no answer comes back
    line.lose()                           # all answers come back
    line.lost                             # how many did not, since lose()
"""
import json
import threading

import town as towns
from fake_partner import RESET, FakePartner, http

PATHS = {"signaal": "signalen", "terugkoppeling": "terugkoppelingen", "intrekking": "intrekkingen",
         "convenant": "convenanten", "oordeel": "oordelen", "sleutel": "sleutels",
         "sleuteldocument": "sleuteldocumenten", "overdracht": "overdrachten",
         "inzageverzoek": "inzageverzoeken", "herstel": "herstelverzoeken",
         "escalatie": "escalaties"}


class Between:
    def __init__(self, town, receiver):
        self.town, self.receiver, self.lock = town, receiver, threading.Lock()
        self.kinds, self.lost = (), 0
        address, real = receiver.partner_port, towns.free_ports(1)[0]
        receiver.stop()
        receiver.change_settings(partnerPoort=real)
        receiver.partner_port = real
        self.fake = FakePartner(address, town.authority)
        self.fake.behave(receiver.certificate, receiver.key, self._answer)
        receiver.start()

    def lose(self, *kinds):
        with self.lock:
            self.kinds, self.lost = kinds, 0

    def wait_lost(self, count=1):
        towns.wait_for(lambda: self.lost >= count, 30, f"{count} answers that are lost")

    def stop(self):
        self.fake.stop()

    def _answer(self, body):
        head = json.loads(body)["kop"]
        sender = next(one for one in self.town.all() if one.oin == head["van"])
        status, headers, raw = self.receiver.from_partner(sender, "POST",
                                                          f"/v1/{PATHS[head['soort']]}", body)
        with self.lock:
            loses = head["soort"] in self.kinds
            self.lost += loses
        if loses:
            yield RESET
        else:
            yield http(f"{status} So", raw, f"Content-Type: {headers['Content-Type']}")

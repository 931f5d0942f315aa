# SPDX-License-Identifier: EUPL-1.2
"""Whether what was acknowledged to people is at both gateways, exactly once, by id."""
import collections

from people import export_is_sound, pages
from town import wait_for

ROWS_LEAST = 20  # fewer acknowledged rows would prove little


def wait_for_rows(melders):
    """Where all faults were met at once there was time for a few rows only: they go on."""
    wait_for(lambda: sum(len(melder.acknowledged) for melder in melders) >= ROWS_LEAST, 30,
             "rows to look at")


def check(story, row, town, melders, workers, least=ROWS_LEAST):
    """Facts named after the row; the town must have come to rest."""
    sent = pages(town.corporatie, "MELDER", "/v1/verzonden", "verzonden")
    inbox = pages(town.wijkteam, "ONTVANGER", "/v1/postvak", "postvak")
    acknowledged = {key: item for melder in melders for key, item in melder.acknowledged.items()}
    ids = {one["bronsleutel"]: one["id"] for one in sent}
    keys = collections.Counter(one["bronsleutel"] for one in sent)
    received = collections.Counter(one["id"] for one in inbox)
    lost = [key for key, item in acknowledged.items()
            if key not in ids or (item and ids[key] != item)]
    story.fact(f"{row}: each of the acknowledged rows is at the sender under its id",
               len(acknowledged) >= least and not lost, len(acknowledged), lost[:5])
    story.fact(f"{row}: nothing is at the sender twice", max(keys.values()) == 1,
               keys.most_common(3))
    story.fact(f"{row}: what was sent is what was received, once, by id",
               set(ids.values()) == set(received) and max(received.values()) == 1,
               len(set(ids.values()) - set(received)), len(set(received) - set(ids.values())))
    told = {one["id"]: [answer["code"] for answer in one["antwoorden"]] for one in sent}
    missing = [item for worker in workers for item in worker.acknowledged
               if told.get(item, []).count("INBH") != 1]
    story.fact(f"{row}: each acknowledged answer reached the melder once", not missing,
               missing[:5])
    return len(acknowledged), sum(len(worker.acknowledged) for worker in workers)


def check_log(story, row, partner):
    sound, said = export_is_sound(partner, story.folder / f"{partner.name}.jsonl")
    story.fact(f"{row}: the verifier finds the log of {partner.name} sound", sound, said)


def surprises(clients):
    return [one for client in clients for one in client.surprises]

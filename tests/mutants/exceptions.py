# SPDX-License-Identifier: EUPL-1.2
"""Checks whose absence changes nothing that anyone could see, each with its reason: (file,
function, the check as it stands in the source, from its beginning): reason."""

LATER = "what was not read is empty, and the next check refuses that in the same words"
AGAIN = "check() looks at the same member again, in the same words"

EXCEPTIONS = {
    ("covenant/message.c", "message_kind_needs_article", "kind >= MESSAGE_KIND_COUNT"):
        "without it a place beyond the table is read: only a sanitizer sees that (make asan)",
    ("covenant/message.c", "read_route", 'TRY(json_text_at(object, "soort"'): LATER,
    ("covenant/message.c", "message_read", 'TRY(json_object_at(value, "kop"'): LATER,
    ("covenant/message.c", "read_items", 'TRY(json_array_at(object, "items"'): LATER,
    ("covenant/message.c", "read_payload", 'TRY(json_text_at(value, "rol"'): LATER,
    ("covenant/proof.c", "proof_read_purposes", 'TRY(json_array_at(object, "doelen"'): LATER,
    ("covenant/proof.c", "proof_read_groups", 'TRY(json_array_at(object, "signaalgroepen"'): LATER,
    ("covenant/proof.c", "proof_groups_are_valid", "groups->count > PROOF_GROUPS_MAX"):
        "proof_groups_add() below takes no more than that, so the counts differ",
    ("covenant/proof.c", "read_proof", 'TRY(wire_text_at(object, "bewijs"'): AGAIN,
    ("covenant/proof.c", "read_proof", 'TRY(wire_text_at(object, "convenant"'): AGAIN,
    ("covenant/proof.c", "read_proof", 'TRY(wire_oin_at(object, "aan"'): AGAIN,
    ("covenant/proof.c", "read_proof", 'TRY(wire_text_at(object, "pseudoniem"'): AGAIN,
    ("covenant/proof.c", "read_proof", "TRY(proof_read_purposes("): AGAIN,
    ("covenant/proof.c", "read_proof", "TRY(proof_read_groups("): AGAIN,
    ("gateway/receive.c", "open_payload", "payload->head.issued_s > now_s"):
        "a party has one key document until successors travel, and that key fits at no iat",
    ("gateway/receive.c", "read_items", 'TRY(json_text_at(item->json, "id"'): LATER,
    ("gateway/receive.c", "answer_again", "seen.length < SHA256_BYTES"):
        "only a damaged record is shorter, and the store tells those before it lends them",
    ("gateway/receive.c", "apply_message", "!known"):
        "it was there before the writer's turn, and no covenant is ever taken away",
    ("gateway/receive_statement.c", "prepare", "keys"):
        "the message was believed by that key at that iat, so there is one",
    ("crypto/dsse.c", "read_signature", 'TRY(json_text_at(object, "sig"'): LATER,
    ("crypto/dsse.c", "read_signatures", 'TRY(json_array_at(envelope, "signatures"'): LATER,
    ("crypto/dsse.c", "dsse_verify_at", "index >= dsse->signature_count"):
        "a place that was not filled holds a signature of no bytes, which is refused beside it",
}

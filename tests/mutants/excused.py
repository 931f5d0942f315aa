# SPDX-License-Identifier: EUPL-1.2
"""Checks whose absence changes nothing that anyone could see, each with its reason: (file,
function, the check as it stands in the source, from its beginning): reason."""

LATER = "what was not read is empty, and the next check refuses that in the same words"
AGAIN = "check() looks at the same member again, in the same words"

BESIDE = "either of the two checks beside each other refuses what the other would"
SANITIZER = "without it a byte beyond is read: only a sanitizer sees that (make asan)"

EXCUSED = {
    ("covenant/message.c", "message_kind_needs_article", "kind >= MESSAGE_KIND_COUNT"):
        SANITIZER,
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
    ("covenant/proof.c", "read_proof", 'TRY(wire_day_at(object, "geldigTot"'): AGAIN,
    ("covenant/proof.c", "read_proof", 'TRY(json_text_at(object, "stand"'): LATER,
    ("covenant/proof.c", "read_proof", 'TRY(json_integer_at(object, "volgnr"'): AGAIN,
    ("covenant/statement.c", "read_hash", "TRY(json_text_at("): LATER,
    ("covenant/statement.c", "parse", 'TRY(json_text_at(object, "oin"'): LATER,
    ("covenant/statement.c", "parse", 'TRY(json_text_at(object, "oordeel"'): LATER,
    ("covenant/statement.c", "parse", 'TRY(json_text_at(object, "op"'): LATER,
    ("crypto/sealed.c", "is_bucket", "length > 0"): BESIDE,
    ("crypto/sealed.c", "sealed_open", "length <= SEALED_OVERHEAD_BYTES"): BESIDE,
    ("crypto/sealed.c", "unpad", "end == 0"): SANITIZER,
    ("crypto/key_document.c", "parse_oin", "TRY(json_text_at("): LATER,
    ("crypto/key_document.c", "parse_key", "TRY(json_text_at("): LATER,
    ("crypto/key_document.c", "parse_keys", 'TRY(parse_key(object, "ondertekensleutel"'): LATER,
    ("crypto/key_document.c", "parse_keys", 'TRY(parse_key(object, "verzegelsleutel"'): LATER,
    ("crypto/key_document.c", "parse_certificate", 'TRY(json_text_at(object, "tlsVingerafdruk"'):
        LATER,
    ("crypto/key_document.c", "parse_certificate", 'TRY(json_text_at(object, "tlsCertificaat"'):
        LATER,
    ("crypto/key_document.c", "is_port", "length <= 5"):
        "a longer number without a leading zero is over 65535 too",
    ("crypto/key_document.c", "parse_instant", "TRY(json_text_at("): LATER,
    ("crypto/key_document.c", "parse_window", 'TRY(parse_instant(object, "geldigTot"'): LATER,
    ("crypto/key_document.c", "parse_previous", "TRY(json_text_at("): LATER,
    ("gateway/receive_signal.c", "check_proof", "proof_open("):
        "a proof that was not read is of no covenant, and so not authentic either",
    ("gateway/receive_signal.c", "prepare", "TRY(check_proof("):
        "its one outcome is want of memory",
    ("gateway/receive_feedback.c", "apply", "outcome == OUTCOME_NOT_FOUND"):
        "what was not read is of no partner, which the check beside it refuses",
    ("gateway/receive_statement.c", "prepare", 'json_object_at(item->json, "verklaring"'): LATER,
    ("gateway/local_covenants.c", "get_covenant", "!known"):
        "what the picture does not know the store does not hold: the same answer",
    ("gateway/local_covenants.c", "read_covenant", "TRY(json_text_at("): LATER,
    ("gateway/local_covenants.c", "read_covenant", "TRY(base64_decode("): LATER,
    ("gateway/local_covenants.c", "post_verdict", "TRY(json_text_at("): LATER,
}

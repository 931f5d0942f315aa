# SPDX-License-Identifier: EUPL-1.2
"""Checks whose absence changes nothing that anyone could see, each with its reason: (file,
function, the check as it stands in the source, from its beginning): reason."""

LATER = "what was not read is empty, and the next check refuses that in the same words"
AGAIN = "check() looks at the same member again, in the same words"

NOBODYS = "what was not read is of no partner, which the check beside it refuses"
KEPT = "it was read in the same way before it was kept, and the store tells what is damaged"
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
    ("gateway/receive.c", "read_items", 'TRY(json_text_at(item->json, "id"'): LATER,
    ("gateway/receive.c", "answer_again", "seen.length < SHA256_BYTES"):
        "only a damaged record is shorter, and the store tells those before it lends them",
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
    ("gateway/receive_feedback.c", "apply", "outcome == OUTCOME_NOT_FOUND"): NOBODYS,
    ("gateway/receive_statement.c", "prepare", 'json_object_at(item->json, "verklaring"'): LATER,
}

# What is read and then looked at once more, by the check that looks at what is printed too: (file,
# function): the reads, from their beginning.
READ_AND_CHECKED = {
    ("covenant/access_item.c", "access_item_parse"):
        ["TRY(wire_uuid_at(", "TRY(wire_text_at(", "TRY(json_text_at("],
    ("covenant/escalation_item.c", "read_words"): ["TRY(wire_text_at("],
    ("covenant/escalation_item.c", "escalation_item_parse"):
        ["TRY(wire_uuid_at(", "TRY(wire_text_at(", "TRY(read_words(", "TRY(wire_oin_at("],
    ("covenant/feedback.c", "feedback_parse"): ["TRY(wire_uuid_at(", "TRY(json_text_at("],
    ("covenant/feedback.c", "read_extras"): ['TRY(wire_day_at(item, "vervolgdatum"'],
    ("covenant/shared_key_item.c", "read_item"):
        ["TRY(wire_uuid_at(", "TRY(wire_text_at(", "TRY(json_text_at("],
    ("covenant/signal.c", "read_area"):
        ["TRY(json_object_at(", "TRY(json_text_at(", "wire_text_at("],
    ("covenant/signal.c", "read_moment"): ["wire_text_at("],
    ("covenant/signal.c", "read_week"): ["TRY(json_text_at("],
    ("covenant/signal.c", "read_token"): ["wire_text_at("],
    ("covenant/signal.c", "read_proof"): ["json_object_at("],
    ("covenant/signal.c", "read_help"): ["TRY(json_text_at("],
    ("covenant/signal.c", "read_contact"): ["TRY(wire_text_at("],
    ("covenant/signal.c", "read_study_token"): ["wire_text_at("],
    ("covenant/signal.c", "read_wave"): ["wire_text_at("],
    ("covenant/signal.c", "read_answers"): ["TRY(json_array_at("],
    ("covenant/signal.c", "read_part"): ["TRY(json_text_at("],
    ("covenant/signal.c", "read_core"):
        ["TRY(wire_uuid_at(", 'TRY(wire_text_at(item, "convenant"', "TRY(json_integer_at(",
         "TRY(json_text_at(", "TRY(wire_oin_at("],
    ("covenant/signal.c", "signal_parse"): ["!json_is_object(item)"],
    ("covenant/transfer_item.c", "read_rest"): ["wire_oin_at(", "TRY(wire_uuid_at("],
    ("covenant/transfer_item.c", "transfer_item_parse"):
        ["TRY(wire_uuid_at(", "TRY(json_text_at(", "TRY(read_rest("],
    ("covenant/wire.c", "wire_uuid_at"): ["TRY(json_text_at("],
    ("covenant/wire.c", "wire_oin_at"): ["TRY(json_text_at("],
    ("covenant/wire.c", "wire_day_at"): ["TRY(json_text_at("],
    ("covenant/wire.c", "wire_instant_at"): ["TRY(json_text_at("],
    ("covenant/wire.c", "wire_hash_at"): ["TRY(json_text_at("],
    ("covenant/withdrawal_item.c", "read_about"):
        ["TRY(json_integer_at(", "wire_text_at(", "wire_uuid_at(", "TRY(wire_text_at(",
         "TRY(json_text_at("],
    ("covenant/withdrawal_item.c", "withdrawal_item_parse"):
        ["TRY(wire_uuid_at(", "TRY(json_text_at(", "TRY(read_about("],
    ("gateway/local_covenant_add.c", "read_covenant"): ["TRY(json_text_at(", "TRY(base64_decode("],
    ("gateway/local_covenant_add.c", "post_verdict"): ["TRY(json_text_at("],
    ("gateway/receive_key_document.c", "read_item"): ["TRY(json_text_at(", "TRY(base64_decode("],
}
EXCUSED.update({(*where, read): LATER for where, reads in READ_AND_CHECKED.items()
                for read in reads})

EXCUSED.update({
    ("covenant/feedback.c", "answer_ends", "code < ANSWER_COUNT"): SANITIZER,
    ("covenant/feedback_steps.c", "feedback_refusal", "code >= ANSWER_COUNT"):
        "no step leads to a code beyond the last",
    ("covenant/signal.c", "answers_are_valid", "signal->answer_count > SIGNAL_ANSWERS_MAX"):
        SANITIZER,
    ("crypto/key_chain.c", "counts_in", "found"): "who asks has just found it, or kept it",
    ("crypto/key_chain.c", "key_chain_add", "TRY(key_document_peek("):
        "key_chain_add_endorsed() peeks again, and refuses in the same words",
    ("crypto/key_document.c", "key_document_endorsed_by", "opened.document.emergency"):
        "a renewal has no endorser, as the check beside it says",
    ("crypto/key_document.c", "key_document_endorsed_by", "which <"):
        "dsse_verify_at() refuses a place that holds no signature",
    ("gateway/escalation.c", "read_item", "json_read("): LATER,
    ("gateway/receive_escalation.c", "prepare", "escalation_item_parse("): LATER,
    ("gateway/key_documents.c", "key_document_may_count", "document->endorser_count !="):
        "an endorser that is not there is no party, as the checks beside it say",
    ("gateway/new_covenant.c", "new_covenant_keeps_keys", "TRY(key_document_read_first("):
        "check_keys() read the same document before",
    ("crypto/dsse.c", "dsse_to_json", "json_read("): "its one outcome is want of memory",
    ("gateway/receive_covenant.c", "we_agreed", "party"):
        "no covenant is here that we are no party of",
    ("gateway/receive_feedback.c", "prepare", "TRY(open_lifting("):
        "its one outcome is want of memory",
    ("gateway/receive_shared_key.c", "prepare", "shared_key_item_parse("): LATER,
    ("gateway/receive_key_document.c", "try_item", "read_item("):
        "what was not read is of no organisation, as the next check says",
    ("gateway/receive_key_document.c", "try_item", "outcome == OUTCOME_OK && !oin_equal("):
        "what follows a document of the sender's is the sender's (crypto/key_document.c)",
    ("gateway/transfer.c", "transfer_asked", "outcome == OUTCOME_NOT_FOUND"): NOBODYS,
    ("gateway/transfer.c", "transfer_told", "outcome == OUTCOME_NOT_FOUND"): NOBODYS,
    ("gateway/transfer.c", "waiting_item", "!next->earlier[0]"):
        "a number that is none is not found either",
    ("gateway/transfer.c", "was_withdrawn", "kept->answer_count"): SANITIZER,
    ("gateway/transfer.c", "transfer_taken_back", "!kept->earlier[0]"):
        "waiting_item() asks the same",
    ("gateway/transfer.c", "question_ended", "item.step != TRANSFER_ASKED"):
        "an answer is about a signal of ours, and that is in no inbox of ours",
    ("gateway/transfer.c", "transfer_ended", "next.received_ms"):
        "what arrived was accepted in the same change, and waits no more",
    ("gateway/transfer_make.c", "passing_make", "outcome == OUTCOME_OK && *out_refusal =="):
        "decide() permits nothing without an article",
    ("gateway/withdrawn_here.c", "read_proof", "TRY(json_read("): KEPT,
    ("gateway/withdrawn_here.c", "read_proof", "TRY(dsse_from_json("): KEPT,
    ("gateway/withdrawn_here.c", "read_proof", "proof_parse("): KEPT,
    ("gateway/withdrawn_here.c", "withdraw_received", "!uuid_parse("):
        "what is kept here has a number",
})

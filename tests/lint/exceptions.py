# SPDX-License-Identifier: EUPL-1.2
"""What the lint lets pass, each with its reason. One that is no longer needed is a fault."""

# (check, path, what is found there): why
EXCEPTIONS = {
    # memcmp() is not constant in time. These compare what anyone may know; secrets go through
    # bytes_equal_secret().
    ("calls", "crypto/bytes.c", "memcmp"): "bytes_equal(), the compare of public data",
    ("calls", "crypto/uuid.c", "memcmp"): "ids of messages and items",
    ("calls", "crypto/oin.c", "memcmp"): "numbers of organisations",
    ("calls", "crypto/json_parse.c", "memcmp"): "the words true, false and null",
    ("calls", "crypto/canonical.c", "memcmp"): "the two digits that say what kind a BAG id is",
    ("calls", "crypto/merkle.c", "memcmp"): "hashes of a public tree",
    ("calls", "crypto/note.c", "memcmp"): "the dash before a signature line",
    ("calls", "crypto/record.c", "memcmp"): "ids of data keys, which stand in clear in each record",
    ("calls", "crypto/key_document.c", "memcmp"): "public keys, that no two are the same",
    ("calls", "crypto/key_chain.c", "memcmp"): "digests of public documents",
    ("calls", "crypto/key_document_make.c", "memcmp"): "public keys",
    ("calls", "covenant/receipt.c", "memcmp"): "the hash of a message both sides know",
    ("calls", "adapters/csv.c", "memcmp"): "the byte order mark",
    ("calls", "adapters/cell.c", "memcmp"): "fixed words at either end of a cell",
    ("calls", "gateway/environment.c", "memcmp"): "the prefix of a database key",
    ("calls", "gateway/dossier.c", "memcmp"): "keyed hashes that serve as database keys",
    ("calls", "gateway/queue.c", "memcmp"): "the OIN in a database key",
    ("calls", "gateway/http_query.c", "memcmp"): "names of query parameters",
    ("texts_in_both_languages", "covenant/statement.c", ""): "VERDICT_NONE: no verdict, no name",
    ("globals", "crypto/sha256.c", "kept_key"): "a digest context per thread; holds nothing between calls",
    ("globals", "crypto/sha256.c", "kept_key_made"): "whether that key exists; written once",
    ("globals", "crypto/sha256.c", "kept_once"): "guards the making of that key",
    ("globals", "crypto/certificate_memory.c", "failures"): "a count per thread: OpenSSL tells no reason",
}

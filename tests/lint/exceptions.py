# SPDX-License-Identifier: EUPL-1.2
"""What the lint lets pass, each with its reason. One that is no longer needed is a fault."""

# (check, path, what is found there): why
EXCEPTIONS = {
    ("calls", "crypto/bytes.c", "memcmp"): "bytes_equal() is the house's one compare of public data",
    ("globals", "crypto/sha256.c", "kept_key"): "a digest context per thread; holds nothing between calls",
    ("globals", "crypto/sha256.c", "kept_key_made"): "whether that key exists; written once",
    ("globals", "crypto/sha256.c", "kept_once"): "guards the making of that key",
}

#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
# The auditor's verifier accepts a sound export and notices each way of tampering with one.
set -u
folder=$(mktemp -d "${TMPDIR:-/tmp}/wijkpoort-verifier.XXXXXX")
trap 'rm -rf "$folder"' EXIT
failed=0

expect() {   # exit code, name, arguments of the verifier
    local wanted=$1 name=$2 got
    shift 2
    python3 -B tests/support/verify_export.py "$@" >"$folder/said" 2>&1
    got=$?
    if [ "$got" -eq "$wanted" ]; then
        echo "ok $name"
    else
        echo "not ok $name: exit $got instead of $wanted"
        sed 's/^/    /' "$folder/said"
        failed=1
    fi
}

python3 -B tests/support/sample_exports.py "$folder" || exit 1
log_key=$(cat "$folder/logsleutel")
for export in "$folder"/[012]-*.jsonl; do
    name=$(basename "$export" .jsonl)
    expect "${name%%-*}" "${name#*-}" "$export"
done
expect 0 the-key-of-the-covenant "$folder/0-untouched.jsonl" --log-key "$log_key"
expect 0 a-stranger-vouching-for-itself "$folder/another-log-key.jsonl"
expect 1 a-stranger-beside-the-covenant "$folder/another-log-key.jsonl" --log-key "$log_key"
fingerprint=$(sha256sum <"$folder/convenant.json" | cut -c1-64)
paper=$(fold -w4 <<<"${fingerprint^^}" | paste -sd' ')
expect 0 the-key-in-the-covenant-of-the-paper "$folder/0-untouched.jsonl" --covenant "$folder/convenant.json" --fingerprint "$paper"
expect 1 a-stranger-beside-that-covenant "$folder/another-log-key.jsonl" --covenant "$folder/convenant.json" --fingerprint "$fingerprint"
expect 1 another-covenant-than-the-paper "$folder/0-untouched.jsonl" --covenant "$folder/convenant.json" --fingerprint "${fingerprint/[0-4]/5}"
expect 1 a-covenant-without-this-party "$folder/0-untouched.jsonl" --covenant "$folder/zonder.json" \
    --fingerprint "$(sha256sum <"$folder/zonder.json" | cut -c1-64)"
expect 2 a-covenant-without-its-fingerprint "$folder/0-untouched.jsonl" --covenant "$folder/convenant.json"
expect 2 no-such-file "$folder/nergens.jsonl"
expect 2 no-arguments

# The samples are made with the verifier's own tree; this root is a published one
# (transparency-dev/merkle, testonly/constants.go, the tree of eight leaves).
known=5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328
root=$(PYTHONPATH=tests/support python3 -B -c '
from verify_export import Tree
tree = Tree()
for leaf in ["", "00", "10", "2021", "3031", "40414243", "5051525354555657",
             "606162636465666768696a6b6c6d6e6f"]:
    tree.add(bytes.fromhex(leaf))
print(tree.root().hex())')
if [ "$root" = "$known" ]; then
    echo "ok a-published-root"
else
    echo "not ok a-published-root: $root"
    failed=1
fi
exit "$failed"

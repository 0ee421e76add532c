#!/usr/bin/env bash
# The table of keys in the README is the one that lod-train --keys prints.
# shellcheck source=tests/commands/harness.sh
source "$(dirname "${BASH_SOURCE[0]}")/harness.sh"
expect 0 '' "$bin/lod-train" --keys
sed -n '/^| table | key | default | range | meaning |$/,/^$/p' "$source_root/README.md" | grep . >readme.txt
diff stdout.txt readme.txt || fail 'README.md has another table: put in what lod-train --keys prints'
finish

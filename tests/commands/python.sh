#!/usr/bin/env bash
# The Python module on the shared library of the build folder: its tests, and the README's lines in an empty
# folder.
# shellcheck source=tests/commands/harness.sh
source "$(dirname "${BASH_SOURCE[0]}")/harness.sh"
export LODNET_LIBRARY=$bin/../src/liblodnet.so.0 PYTHONPATH=$source_root/src/python
export PYTHONDONTWRITEBYTECODE=1

python_for "$LODNET_LIBRARY"

expect 0 '^OK' "${python[@]}" "$source_root/tests/test_python.py"
mkdir empty
cd empty || exit 1
sed -n '/^## Python/,/^## /s/^    //p' "$source_root/README.md" >../readme.py
grep -q 'import lodnet' ../readme.py || fail 'README shows no Python'
expect 0 '' "${python[@]}" ../readme.py
expect 1 'LODNET_LIBRARY' env LODNET_LIBRARY=missing.so /usr/bin/python3 -c 'import lodnet'
finish

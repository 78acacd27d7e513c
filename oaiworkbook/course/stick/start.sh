#!/bin/sh
# Looks for a Python that this stick has packages for; start.py does the rest.
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
for python in python3.14 python3.13 python3.12 python3.11 python3 python; do
  if "$python" "$here/start.py" --fits >/dev/null 2>&1; then
    exec "$python" "$here/start.py" "$@"
  fi
done
echo "There is no Python on this machine that this stick can use." >&2
command -v python3 >/dev/null && python3 "$here/start.py" --fits
echo "See README.txt on the stick, under \"Python is missing\"." >&2
exit 1

#!/bin/sh
# Brings the data over from the folder of the version before: update.sh FOLDER
here=$(cd "$(dirname "$0")" && pwd) || exit 1
ls "$here"/python/lib/libpython*.so* >/dev/null 2>&1 && export LD_LIBRARY_PATH="$here/python/lib"
exec "$here/python/bin/python3" "$here/update.py" "$@"

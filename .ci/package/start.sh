#!/bin/sh
# Opens the dashboard in the browser; `start.sh demo` shows the made-up city, other words are a command.
here=$(cd "$(dirname "$0")" && pwd) || exit 1
cd "$here" || exit 1
export PYTHONPATH="$here/site-packages:$here" PYTHONNOUSERSITE=1 PYTHONUTF8=1
ls "$here"/python/lib/libpython*.so* >/dev/null 2>&1 && export LD_LIBRARY_PATH="$here/python/lib"
run() { "$here/python/bin/python3" -m wenming_metrics "$@"; }
case "${1:-}" in
"") run serve --open ;;
demo)
  export WENMING_STORE="$here/data/store/demo.db"
  run demo && run serve --open ;;
*) run "$@" ;;
esac
code=$?
[ "$code" = 0 ] || { [ -t 0 ] && { echo "按回车键关闭"; read -r _; }; }
exit "$code"

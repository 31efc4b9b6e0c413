#!/usr/bin/env bash
# What `make run` does before it starts the site: tables, the demo community on the first start, and who can sign in.
# BOTHWAYS_DATA and BIN (the folder of the installed programs) are set by the Makefile.
set -euo pipefail

sign_ins="$BOTHWAYS_DATA/demo-sign-ins.txt"

database="$BOTHWAYS_DATA/bothways.sqlite3"

# Whether the database is not there, or a file without tables, which any command leaves in an empty folder.
# Whatever else it is, it is somebody's and stays.
is_empty() {
  [ ! -e "$database" ] || [ "$("$BIN/python" -c '
import sqlite3, sys
print(sqlite3.connect(sys.argv[1]).execute("SELECT count(*) FROM sqlite_master").fetchone()[0])
' "$database" 2>/dev/null)" = 0 ]
}

if [ -n "${DATABASE_URL:-}" ]; then
  "$BIN/bothways" migrate
  echo "DATABASE_URL is set, so no demo community is made by itself; \`bothways demo\` makes one in an empty site."
elif is_empty; then
  # Made beside its place and moved there when it is whole: a start that was cut off begins afresh.
  making="$BOTHWAYS_DATA.making"
  rm -rf "$making"
  echo "Making the demo community in $BOTHWAYS_DATA (once, a minute at most)"
  BOTHWAYS_DATA="$making" "$BIN/bothways" migrate >/dev/null
  BOTHWAYS_DATA="$making" "$BIN/bothways" demo >/dev/null
  if [ -d "$BOTHWAYS_DATA" ]; then
    # What else lay in the folder stays.
    rm -f "$database" "$database-wal" "$database-shm"
    find "$BOTHWAYS_DATA" -mindepth 1 -maxdepth 1 -exec mv -t "$making" {} +
    rmdir "$BOTHWAYS_DATA"
  fi
  mv "$making" "$BOTHWAYS_DATA"
else
  "$BIN/bothways" migrate >/dev/null
fi

if [ -e "$sign_ins" ]; then
  cat "$sign_ins"
  echo "(kept in $sign_ins)"
fi

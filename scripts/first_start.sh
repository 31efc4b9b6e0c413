#!/usr/bin/env bash
# What `make run` does before it starts the site: tables, the demo community on the first start, and who can sign in.
# BOTHWAYS_DATA and BIN (the folder of the installed programs) are set by the Makefile.
set -euo pipefail

sign_ins="$BOTHWAYS_DATA/demo-sign-ins.txt"

if [ -n "${DATABASE_URL:-}" ]; then
  "$BIN/bothways" migrate
  echo "DATABASE_URL is set, so no demo community is made by itself; \`bothways demo\` makes one in an empty site."
elif [ ! -e "$BOTHWAYS_DATA/bothways.sqlite3" ]; then
  # Made beside its place and moved there when it is whole: a start that was cut off begins afresh.
  making="$BOTHWAYS_DATA.making"
  rm -rf "$making"
  echo "Making the demo community in $BOTHWAYS_DATA (once, a minute at most)"
  BOTHWAYS_DATA="$making" "$BIN/bothways" migrate >/dev/null
  BOTHWAYS_DATA="$making" "$BIN/bothways" demo >/dev/null
  if [ -d "$BOTHWAYS_DATA" ]; then
    cp -a "$BOTHWAYS_DATA/." "$making/"
    rm -rf "$BOTHWAYS_DATA"
  fi
  mv "$making" "$BOTHWAYS_DATA"
else
  "$BIN/bothways" migrate >/dev/null
fi

if [ -e "$sign_ins" ]; then
  cat "$sign_ins"
  echo "(kept in $sign_ins)"
fi

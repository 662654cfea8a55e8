#!/bin/sh
# What a deployment does behind a fence: web processes with the settings as they are now, the old ones killed, for they
# can write no more and would first answer all that waits for them; then the worker starts anew, which takes a second of
# a core that the new ones need before. It ends when nobody runs with the old settings any more.
cd "$(dirname "$0")" || exit 1
web=$(cat gunicorn.pid)
work=$(cat work.pid)
children="/proc/$web/task/$web/children"
read -r old < "$children"
kill -HUP "$web"
# The new ones are there before the old ones go: nobody is refused a connection.
while read -r now < "$children"; [ "$now" = "$old" ]; do sleep 0.02; done
for process in $old; do kill -KILL "$process" 2>/dev/null; done
kill -TERM "$work"
for process in $old $work; do
  while kill -0 "$process" 2>/dev/null; do sleep 0.02; done
done

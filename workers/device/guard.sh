#!/bin/sh
# Outlives the process that started it by a moment: reads lines on stdin and, when stdin ends (also because the
# writer was killed), ends the processes that are still held and removes the folders that were named.
#   hold PID      release PID      remove FOLDER      keep FOLDER
trap '' HUP INT TERM

# When a process began, so that a number that was given to another process is left alone.
began() {
  if [ -r "/proc/$1/stat" ]; then
    # proc(5): the name (field 2) may hold spaces, so cut up to the last ")"; starttime is field 22.
    sed 's/.*) //' "/proc/$1/stat" 2>/dev/null | cut -d ' ' -f 20
  else
    ps -o lstart= -p "$1" 2>/dev/null | tr -d ' '
  fi
}

# PID@START -> true while that very process lives.
lives() {
  now=$(began "${1%@*}")
  [ -n "$now" ] && [ "$now" = "${1#*@}" ]
}

# A held process leads its own group, so that its children end with it.
strike() {
  kill -s "$1" -- "-${2%@*}" 2>/dev/null || kill -s "$1" "${2%@*}" 2>/dev/null
}

held=''
folders=''
newline='
'
while IFS= read -r line; do
  case "$line" in
    'hold '*)
      pid=${line#hold }
      held="$held $pid@$(began "$pid")"
      ;;
    'release '*)
      rest=''
      for one in $held; do
        [ "${one%@*}" = "${line#release }" ] || rest="$rest $one"
      done
      held=$rest
      ;;
    'remove '*)
      folders="$folders${line#remove }$newline"
      ;;
    'keep '*)
      rest=''
      while IFS= read -r folder; do
        [ -z "$folder" ] || [ "$folder" = "${line#keep }" ] || rest="$rest$folder$newline"
      done <<END
$folders
END
      folders=$rest
      ;;
  esac
done

for one in $held; do
  lives "$one" && strike TERM "$one"
done
turns=0
for one in $held; do
  while lives "$one" && [ "$turns" -lt 20 ]; do
    turns=$((turns + 1))
    sleep 0.1
  done
  lives "$one" && strike KILL "$one"
done
while IFS= read -r folder; do
  [ -z "$folder" ] || rm -rf -- "$folder"
done <<END
$folders
END
exit 0

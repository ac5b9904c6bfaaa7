/**
 * The wrapper that gives a program what guest-exec cannot: a folder, a user, more environment, a process group of its own and
 * output that can be read while it runs. It is a POSIX shell script without dependencies and replaces itself by the program, so
 * exit code and signal are the program's own, and the process id is the one that guest-exec told.
 *
 * Arguments: the folder for its files, `spooled` when that was made before and holds the input, the working folder, the user,
 * the number of assignments, the assignments, the program and its arguments. Empty ones mean «leave it».
 */
export const WRAPPER = `
d=$1 s=$2 c=$3 u=$4 n=$5
shift 5
m=$(umask)
umask 077
[ -n "$s" ] || mkdir "$d" || exit 125
fail() { echo "$1" >"$d/fail"; exit 125; }
>"$d/out" && >"$d/err" || fail "cannot write to $d"
if [ -n "$u" ]; then
  i=$(id -u "$u" 2>/dev/null) && g=$(id -g "$u") || fail "there is no user $u"
  eval "HOME=~$u"
  USER=$u LOGNAME=$u
  export HOME USER LOGNAME
fi
while [ "$n" -gt 0 ]; do export "$1"; shift; n=$((n - 1)); done
[ -z "$c" ] || cd "$c" 2>/dev/null || fail "cannot change to the folder $c"
if [ -n "$u" ] && [ "$i" != "$(id -u)" ]; then
  if setpriv --reuid 0 --regid 0 --init-groups true 2>/dev/null
  then set -- setpriv --reuid "$i" --regid "$g" --init-groups "$@"
  elif command -v runuser >/dev/null 2>&1
  then set -- runuser -u "$u" -- "$@"
  else set -- su -s /bin/sh -c 'exec "$@"' -- "$u" sh "$@"
  fi
fi
if [ -n "$s" ]; then exec <"$d/in"; fi
exec >>"$d/out" 2>>"$d/err"
umask "$m"
if command -v setsid >/dev/null 2>&1; then exec setsid "$@"; fi
exec "$@"
`;

/** Exit code of the wrapper when it could not set things up; the reason is in its file `fail`. */
export const SETUP_FAILED = 125;

/** Ends a program and, when it has a process group of its own, all that it started. Arguments: signal, process id. */
export const KILL = 'kill -s "$1" -- "-$2" 2>/dev/null || kill -s "$1" "$2"';

/** Ends what a program that has ended itself left in its process group. Argument: process id. */
export const KILL_REST = 'kill -s KILL -- "-$1" 2>/dev/null';

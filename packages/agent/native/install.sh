#!/bin/sh
# Installs what building the native host needs, on Debian: a compiler and musl for x86-64, a cross compiler for arm64 and what runs its result.
# Usage: install.sh [x86_64|all]
set -eu

packages='gcc libc6-dev musl-tools'
[ "${1:-x86_64}" = all ] && packages="$packages gcc-aarch64-linux-gnu libc6-dev-arm64-cross qemu-user-static"

lacking=$(for package in $packages; do
  dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null | grep -qx installed || echo "$package"
done)
[ -z "$lacking" ] && exit 0

as_root=
[ "$(id -u)" = 0 ] || as_root=sudo
$as_root apt-get update -q
# The list is meant to be split into words.
# shellcheck disable=SC2086
$as_root apt-get install -q -y --no-install-recommends $lacking

#!/usr/bin/env bash
# Installs what this checkout needs and is missing: adb by the system's package manager, npm packages by `npm ci`.
# Quick when nothing is missing. Safe to run twice at once.
# With --for-tests also the servers and the browser that some tests stand on, where that needs no question asked:
# PostgreSQL, Redis and Chromium. Without one of them its tests are skipped, and say so.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

say() { printf 'prepare: %s\n' "$*" >&2; }
die() { say "$*"; exit 1; }

need_node() {
  command -v node >/dev/null || die 'Node.js is missing: install Node 20.19 or newer.'
  node -e 'const [a, b] = process.versions.node.split(".").map(Number); process.exit(a > 20 || (a === 20 && b >= 19) ? 0 : 1)' ||
    die "Node $(node --version) is too old: install Node 20.19 or newer."
}

have_adb() {
  command -v adb >/dev/null || [ -x "${ANDROID_HOME:-/nonexistent}/platform-tools/adb" ] || [ -x "${SLEEPTALK_ADB:-/nonexistent}" ]
}

as_root() {
  if [ "$(id -u)" = 0 ]; then
    "$@"
  elif command -v sudo >/dev/null; then
    sudo "$@"
  else
    die "adb is missing and this account may not install it: run as root: $*"
  fi
}

install_adb() {
  say 'adb is missing; installing it with the system package manager'
  if command -v apt-get >/dev/null; then
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends adb >/dev/null 2>&1 || {
      as_root apt-get update -qq
      as_root env DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends adb >/dev/null
    }
  elif command -v dnf >/dev/null; then
    as_root dnf install -y -q android-tools
  elif command -v pacman >/dev/null; then
    as_root pacman -S --noconfirm --needed android-tools
  elif command -v brew >/dev/null; then
    brew install --cask android-platform-tools
  else
    die 'adb is missing and no known package manager is here: install the Android platform tools by hand.'
  fi
  have_adb || die 'the package manager finished, yet adb is still missing.'
}

have_program() { command -v "$1" >/dev/null || ls /usr/lib/postgresql/*/bin/"$1" >/dev/null 2>&1; }

as_root_unasked() {
  if [ "$(id -u)" = 0 ]; then "$@"; else sudo --non-interactive "$@"; fi
}

# Debian starts a server after installing it; the tests start their own, so that is refused for the time being.
install_unstarted() {
  local policy=/usr/sbin/policy-rc.d ours=
  if [ ! -e "$policy" ]; then
    printf '#!/bin/sh\nexit 101\n' | as_root_unasked tee "$policy" >/dev/null && as_root_unasked chmod +x "$policy" && ours=1
  fi
  as_root_unasked env DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends "$@" >/dev/null 2>&1
  local status=$?
  [ -z "$ours" ] || as_root_unasked rm -f "$policy"
  return "$status"
}

install_test_programs() {
  local missing=()
  have_program initdb || missing+=(postgresql)
  have_program redis-server || missing+=(redis-server)
  have_program chromium || missing+=(chromium)
  [ "${#missing[@]}" -gt 0 ] || return 0
  if command -v apt-get >/dev/null && { [ "$(id -u)" = 0 ] || sudo --non-interactive true 2>/dev/null; }; then
    say "installing what some tests stand on: ${missing[*]} (once; about a minute)"
    install_unstarted "${missing[@]}" && return 0
    as_root_unasked apt-get update -qq >/dev/null 2>&1 && install_unstarted "${missing[@]}" && return 0
  fi
  say "without ${missing[*]} the tests that need them are skipped"
}

# node_modules is current when its stamp names this lockfile and this major version of Node.
stamp() { printf '%s %s' "$(cksum <package-lock.json)" "$(node -p 'process.versions.modules')"; }

install_packages() {
  local wanted
  wanted="$(stamp)"
  if [ -d node_modules ] && [ "$(cat node_modules/.prepared 2>/dev/null || true)" = "$wanted" ]; then
    return
  fi
  say 'installing npm packages (once; about a minute)'
  npm ci --no-audit --no-fund --loglevel=error >&2
  printf '%s' "$wanted" >node_modules/.prepared
}

# A fresh embedded ledger that new homes are copied from: seconds saved at the first start of each.
make_ledger_template() {
  ls -d .cache/ledger-*/data >/dev/null 2>&1 || node --import tsx scripts/ledger-template.ts
}

main() {
  need_node
  have_adb || install_adb
  install_packages
  make_ledger_template
  [ "${1:-}" != --for-tests ] || install_test_programs
}

if command -v flock >/dev/null; then
  exec 9>.prepare.lock
  flock 9
fi
main "$@"

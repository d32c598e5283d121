#!/usr/bin/env bash
# Writes the random passwords that docker-compose.yml reads, into secrets/. What is there already stays.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

random() { head -c 24 /dev/urandom | od -An -v -tx1 | tr -d ' \n'; }

# The containers run as other users than yours, so the files are readable; the folder is closed to everybody else.
mkdir -p secrets
chmod 700 secrets
umask 022
[ -s secrets/postgres_password ] || random >secrets/postgres_password
[ -s secrets/webhook_secret ] || random >secrets/webhook_secret
[ -s secrets/database_url ] ||
  printf 'postgres://sleeptalk:%s@postgres:5432/sleeptalk' "$(cat secrets/postgres_password)" >secrets/database_url
printf 'secrets: postgres_password, database_url and webhook_secret are in secrets/\n' >&2

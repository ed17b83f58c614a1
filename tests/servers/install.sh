#!/bin/sh
# Installs the real servers that the tests use, and the shells whose completion they try, from Debian's packages (as root).
# Debian's cyrus-imapd and dovecot-imapd exclude each other, so Cyrus' daemons are unpacked beside Dovecot.
set -eu
cyrus=${MAILSHELL_TEST_CYRUS:-/var/lib/mailshell-test/cyrus}
apt-get update -qq
DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
  dovecot-imapd dovecot-pop3d cyrus-common sasl2-bin libsasl2-modules libsasl2-modules-db openssl \
  zsh fish less >/dev/null
if [ ! -x "$cyrus/usr/lib/cyrus/bin/imapd" ]; then
  mkdir -p "$cyrus"
  chmod 755 "$(dirname "$cyrus")" "$cyrus"
  packages=$(mktemp -d)
  chmod 777 "$packages"
  (cd "$packages" && apt-get download -qq cyrus-imapd cyrus-pop3d 2>/dev/null)
  for package in "$packages"/*.deb; do dpkg -x "$package" "$cyrus"; done
  rm -r "$packages"
fi

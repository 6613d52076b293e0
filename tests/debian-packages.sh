#!/bin/sh
# Installs the Debian packages that the tests use and this machine lacks: as root, or by sudo without a password.
set -eu
PATH=$PATH:/usr/sbin:/sbin

missing=''
need() { # command package
    command -v "$1" >/dev/null 2>&1 || missing="$missing $2"
}
need mosquitto mosquitto
need mosquitto_pub mosquitto-clients
need openssl openssl
need chromium chromium
need node nodejs
need npm npm
need kcat kcat
need java openjdk-17-jre-headless
need mvn maven
need faketime faketime
need promtool prometheus
need systemd-analyze systemd
need bwrap bubblewrap
[ -n "$missing" ] || exit 0

if [ "$(id -u)" -eq 0 ]; then
    as_root=''
elif sudo -n true 2>/dev/null; then
    as_root='sudo -n'
else
    echo "the tests need Debian packages: sudo apt-get install --no-install-recommends$missing" >&2
    exit 1
fi
echo "installing$missing …"
log=$(mktemp)
export DEBIAN_FRONTEND=noninteractive
# a package's service must not start: the tests start their own, on ports of their own
if ! { $as_root apt-get update && $as_root env DEBIAN_FRONTEND=noninteractive RUNLEVEL=1 \
    apt-get install --yes --no-install-recommends $missing; } >"$log" 2>&1; then
    tail -n 20 "$log" >&2
    exit 1
fi
rm -f "$log"

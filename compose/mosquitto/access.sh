#!/bin/sh
# Puts the access rules, the certificate and the ingest worker's password in place for the broker, readable by nobody
# else; the other users stay as they are.
# usage: MQTT_INGEST_PASSWORD=... sh config/access.sh, in the broker's working directory; then send the broker SIGHUP.
set -eu
case $MQTT_INGEST_PASSWORD in
    '' | *[!A-Za-z0-9_-]*) echo 'MQTT_INGEST_PASSWORD: letters, digits, _ and - only' >&2; exit 2 ;;
esac
for file in fullchain.pem privkey.pem; do
    [ -s "certificate/$file" ] || { echo "certificate/$file is missing: see docs/production.md, TLS" >&2; exit 2; }
done
umask 077 # newer brokers refuse files that others may read
mkdir -p access
cp config/acl certificate/fullchain.pem certificate/privkey.pem access/
touch access/passwords
printf 'ingest:%s\n' "$MQTT_INGEST_PASSWORD" > access/passwords.new
mosquitto_passwd -U access/passwords.new # hashes it; its option -b would show the password in the list of processes
sed '/^ingest:/d' access/passwords >> access/passwords.new
mv access/passwords.new access/passwords
if [ "$(id -u)" = 0 ]; then
    chown -R mosquitto: access
fi

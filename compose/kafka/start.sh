#!/bin/sh
# Prepares Kafka's storage at the first start, then runs it.
# usage: KAFKA_ADMIN_PASSWORD=... sh start.sh
set -eu
cd "$(dirname "$0")"
PATH=$PATH:/opt/kafka/bin
case $KAFKA_ADMIN_PASSWORD in
    '' | *[!A-Za-z0-9_-]*) echo 'KAFKA_ADMIN_PASSWORD: letters, digits, _ and - only' >&2; exit 2 ;;
esac
# its log goes to the console, and the garbage collector's, a gigabyte in files, nowhere
export LOG_DIR=/tmp KAFKA_LOG4J_OPTS=-Dlog4j2.level=INFO EXTRA_ARGS=
export KAFKA_JMX_OPTS=' ' # not empty, or else Kafka's own: a door for JMX on every address, without a password
kafka-storage.sh format --ignore-formatted --cluster-id dmludGVya29sbC1rYWZrYQ --config server.properties
exec kafka-server-start.sh server.properties

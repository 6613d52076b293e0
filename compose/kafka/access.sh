#!/bin/sh
# Makes the topic as docs/production.md says, gives the bridge and the workers their passwords, and lets the one write and
# the others read. Changes what has changed when it is run again.
# usage: KAFKA_ADMIN_PASSWORD=... KAFKA_BRIDGE_PASSWORD=... KAFKA_INGEST_PASSWORD=... sh access.sh, while Kafka runs
set -eu
cd "$(dirname "$0")"
PATH=$PATH:/opt/kafka/bin
export LOG_DIR=/tmp KAFKA_JMX_OPTS=' ' # see start.sh
topic=vinterkoll.messages

ask() { # a tool of Kafka's, its options
    tool=$1
    shift
    "$tool" --bootstrap-server 127.0.0.1:9092 --command-config admin.properties "$@"
}

password() { # user, password
    case $2 in
        '' | *[!A-Za-z0-9_-]*) echo "the password of $1: letters, digits, _ and - only" >&2; exit 2 ;;
    esac
    file=$(umask 077 && mktemp) # a password among the options would be in the list of processes
    printf 'SCRAM-SHA-512=password=%s\n' "$2" > "$file"
    ask kafka-configs.sh --alter --entity-type users --entity-name "$1" --add-config-file "$file"
    rm "$file"
}

password bridge "$KAFKA_BRIDGE_PASSWORD"
password ingest "$KAFKA_INGEST_PASSWORD"
ask kafka-topics.sh --create --if-not-exists --topic "$topic" \
    --partitions 12 --replication-factor 1 --config min.insync.replicas=1 \
    --config retention.ms=604800000 --config max.message.bytes=2200000 \
    --config compression.type=zstd --config message.timestamp.type=LogAppendTime
ask kafka-acls.sh --add --allow-principal User:bridge --topic "$topic" \
    --operation Write --operation Describe --operation DescribeConfigs
ask kafka-acls.sh --add --allow-principal User:ingest --topic "$topic" \
    --operation Read --operation Describe --operation DescribeConfigs
ask kafka-acls.sh --add --allow-principal User:ingest --group vinterkoll-ingest --operation Read

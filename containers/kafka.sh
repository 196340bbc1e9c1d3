#!/bin/sh
# Starts the Kafka of docker-compose.secure.yml: the start that its image has makes no users.
#   sh kafka.sh PROPERTIES USERS PORT      PORT: what this machine reaches it by
set -eu
bin=${KAFKA_BIN:-/opt/kafka/bin}
listeners=$(sed -n "s/^advertised.listeners=//p" "$1" | sed "s/\(EXTERNAL:[^,]*\):[0-9]*/\1:$3/")
"$bin/kafka-storage.sh" format --ignore-formatted --cluster-id MillraceSecureClusterA --config "$1" "@$2"
exec "$bin/kafka-server-start.sh" "$1" --override "advertised.listeners=$listeners"

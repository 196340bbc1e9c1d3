#!/bin/sh
# What docker-compose.secure.yml needs before its first start: an authority, certificates, passwords. Made once; each lies in
# the folder of the one who needs it.  sh secrets.sh FOLDER
set -eu
umask 077
home=$1
if [ -e "$home/millrace/complete" ]; then exit 0; fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

curve='-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes'
# shellcheck disable=SC2086 # several words
openssl req -x509 $curve -days 1825 -subj '/CN=Millrace authority' -keyout ca.key -out ca.pem 2>&1

# A certificate for the name that the containers use and for this machine.
issue() {
  names="subjectAltName=DNS:$1,DNS:localhost,IP:127.0.0.1"
  # shellcheck disable=SC2086
  openssl req $curve -subj "/CN=$1" -addext "$names" -keyout "$1.key" -out "$1.csr" 2>&1
  openssl x509 -req -in "$1.csr" -CA ca.pem -CAkey ca.key -CAcreateserial -copy_extensions copy \
    -days 825 -out "$1.crt" 2>&1
}
password() { openssl rand -hex 24; }

for name in kafka elasticsearch kibana; do issue "$name"; done
kafka_password=$(password)
elastic_password=$(password)
kibana_password=$(password)
mkdir -p "$home/kafka" "$home/elasticsearch" "$home/kibana" "$home/millrace"

cat kafka.key kafka.crt > "$home/kafka/kafka.pem"
# Arguments of StorageTool, one a line: among the processes no password shows.
printf -- '--add-scram\nSCRAM-SHA-512=[name="millrace",password="%s"]\n' "$kafka_password" > "$home/kafka/users"

cp elasticsearch.key elasticsearch.crt ca.pem "$home/elasticsearch/"
printf '%s' "$elastic_password" > "$home/elasticsearch/elastic-password"
printf '%s' "$kibana_password" > "$home/elasticsearch/kibana-password"
printf 'machine 127.0.0.1 login elastic password %s\n' "$elastic_password" > "$home/elasticsearch/netrc"

cp kibana.key kibana.crt ca.pem "$home/kibana/"
cat > "$home/kibana/kibana.yml" <<EOF
server.host: 0.0.0.0
server.ssl.enabled: true
server.ssl.certificate: /run/secrets/kibana/kibana.crt
server.ssl.key: /run/secrets/kibana/kibana.key
status.allowAnonymous: true
elasticsearch.username: kibana_system
elasticsearch.password: $kibana_password
elasticsearch.ssl.certificateAuthorities: /run/secrets/kibana/ca.pem
xpack.encryptedSavedObjects.encryptionKey: $(password)
xpack.security.encryptionKey: $(password)
xpack.reporting.encryptionKey: $(password)
EOF

cp ca.pem "$home/millrace/"
printf '%s' "$kafka_password" > "$home/millrace/kafka-password"

# All images run as user 1000. The authority's key is not kept: who wants another certificate makes all anew.
if [ "$(id -u)" = 0 ]; then
  chown -R 1000:1000 "$home/kafka" "$home/elasticsearch" "$home/kibana" "$home/millrace"
fi
touch "$home/millrace/complete"

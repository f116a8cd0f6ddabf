#!/bin/sh
# Makes the test-only certificates beside this file: a private CA, and three of its certificates (for localhost, for
# another name, expired). Their keys are public: never trust this CA anywhere else.
set -eu
cd "$(dirname "$0")"
curve='-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes'
century='-days 36500'

# name, subject alternative names, validity
issue() {
  openssl req $curve -keyout "$1.key" -out "$1.csr" -subj "/O=exchange-crm-sync TEST ONLY/CN=$1"
  printf 'subjectAltName=%s\n' "$2" >"$1.ext"
  openssl x509 -req -in "$1.csr" -CA test-only-ca.pem -CAkey ca.key -CAcreateserial -extfile "$1.ext" -out "$1.pem" $3
  rm "$1.csr" "$1.ext"
}

openssl req -x509 $curve -keyout ca.key -out test-only-ca.pem $century \
  -subj '/O=exchange-crm-sync TEST ONLY/CN=test-only CA' -addext basicConstraints=critical,CA:TRUE
issue test-only-localhost 'DNS:localhost,IP:127.0.0.1,IP:::1' "$century"
issue test-only-elsewhere 'DNS:elsewhere.example' "$century"
issue test-only-expired 'DNS:localhost,IP:127.0.0.1' '-days -1'
rm -f ca.key *.srl

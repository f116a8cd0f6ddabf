#!/usr/bin/env bash
# Builds as the Dockerfile does, in a clean folder, and runs the result as an unprivileged user: no container needed.
set -euo pipefail
cd "$(dirname "$0")/.."

work=$(mktemp -d)
daemon=
finish() {
  [ -z "$daemon" ] || kill -9 "$daemon" 2>/dev/null || true
  rm -rf "$work"
}
trap finish EXIT
say() { echo "packaging: $*"; }

# What .dockerignore lets through, of what is committed or about to be.
mkdir "$work/build" "$work/opt" "$work/data"
git ls-files -z --cached -- package.json package-lock.json tsconfig.json tsconfig.build.json src sandbox \
  config/default.yaml config/custom-environment-variables.yaml | xargs -0 cp --parents -t "$work/build"

(
  cd "$work/build"
  npm ci --no-audit --no-fund
  npm run build
  npm prune --omit=dev --no-audit --no-fund
) >"$work/build.log" 2>&1 || { cat "$work/build.log" >&2; exit 1; }
for dev in typescript tsx mocha eslint; do
  [ ! -e "$work/build/node_modules/$dev" ] || { say "$dev is left in production" >&2; exit 1; }
done
for part in node_modules dist package.json config; do cp -R "$work/build/$part" "$work/opt/"; done
say "built; $(du -sm "$work/opt" | cut -f1) MB"

# 65534 is nobody. The program is root's, as in the image; only the data belong to it.
run=(env -i "PATH=$PATH" NODE_ENV=production
  "EXSYNC_DATABASE_URL=sqlite:$work/data/exsync.db" "EXSYNC_SECRET_KEY_FILE=$work/data/exsync.key"
  EXSYNC_HTTP_PORT=0 EXSYNC_LOG_FORMAT=json)
if [ "$(id -u)" = 0 ]; then
  chmod 755 "$work" && chown 65534:65534 "$work/data" && chmod 700 "$work/data"
  run=(setpriv --reuid=65534 --regid=65534 --clear-groups -- "${run[@]}")
fi
cd "$work/data"
"${run[@]}" node "$work/opt/dist/src/main.js" start 2>"$work/log" &
daemon=$!

address=
for _ in $(seq 300); do
  address=$(sed -n 's/.*"address":"\([^"]*\)".*/\1/p' "$work/log")
  [ -z "$address" ] || break
  kill -0 "$daemon" 2>/dev/null || break
  sleep 0.1
done
[ -n "$address" ] || { cat "$work/log" >&2; say "the daemon does not listen" >&2; exit 1; }
ask() { node -e 'fetch(process.argv[1]).then(async (r) => console.log(r.status, await r.text()))' "$address$1"; }
[ "$(ask /healthz)" = "200 ok" ] || { say "/healthz: $(ask /healthz)" >&2; exit 1; }
[ "$(ask /readyz)" = "503 not ready: Exchange is not set up" ] || { say "/readyz: $(ask /readyz)" >&2; exit 1; }
say "alive as uid $(stat -c %u "/proc/$daemon"); files: $(stat -c '%n %a' "$work"/data/* | sed "s#$work/data/##" | paste -sd, -)"

began=$(date +%s)
kill -TERM "$daemon"
code=0
wait "$daemon" || code=$?
daemon=
took=$(($(date +%s) - began))
[ "$code" = 0 ] && [ "$took" -le 10 ] || { cat "$work/log" >&2; say "ended with $code after $took s" >&2; exit 1; }
say "ended with 0 after $took s"

# The key rotates and the next command opens the database with it.
"${run[@]}" node "$work/opt/dist/src/main.js" key rotate >/dev/null
"${run[@]}" node "$work/opt/dist/src/main.js" user list --json >/dev/null
say "all is well"

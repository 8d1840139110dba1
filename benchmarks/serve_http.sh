#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# sh benchmarks/serve_http.sh PROGRAMS RUN [SECONDS] [CONNECTIONS]: requests per second and latency of serve_http on the loopback,
# with wrk, first undisturbed and then while the tables of the run are replaced a hundred times. PROGRAMS is the folder of
# serve_http, RUN one with users.frozen and items.frozen, whose first 1,000 users are asked for. Fails if any request fails.

set -eu
[ $# -ge 2 ] || { echo "usage: $0 PROGRAMS RUN [SECONDS] [CONNECTIONS]"; exit 1; }
programs=$1 run=$2 seconds=${3:-20} connections=${4:-4}
command -v wrk >/dev/null || { echo "wrk is missing: apt-get install wrk"; exit 1; }
folder=$(mktemp -d)
server=
trap '[ -z "$server" ] || kill "$server" 2>/dev/null; rm -rf "$folder"' EXIT

for copy in even odd; do
    mkdir "$folder/$copy"
    cp "$run/users.frozen" "$run/items.frozen" "$folder/$copy"
done
ln -s "$folder/even" "$folder/live"
"$programs/serve_http" "$folder/live" --port 0 --watch 0.01 --threads "$((connections + 2))" >"$folder/out" 2>"$folder/errors" &
server=$!
tries=0
until [ -s "$folder/out" ]; do
    tries=$((tries + 1))
    [ "$tries" -lt 600 ] && kill -0 "$server" 2>/dev/null || { cat "$folder/errors"; exit 1; }
    sleep 0.1
done
address=$(sed 's/.*http/http/' "$folder/out")

# Users in turn, by their original ids; what is not answered with 200 is counted.
tail -n +2 "$run/users.tsv" | cut -f 2 | head -n 1000 >"$folder/users"
cat >"$folder/ask.lua" <<EOF
local users, next_user, threads = {}, 0, {}
for id in io.lines("$folder/users") do
    users[#users + 1] = id:gsub("[^%w]", function(c) return string.format("%%%02X", c:byte()) end)
end
function setup(thread) table.insert(threads, thread) end
function init() failed = 0 end
function request()
    next_user = next_user % #users + 1
    return wrk.format("GET", "/recommend?k=20&user=" .. users[next_user])
end
function response(status) if status ~= 200 then failed = failed + 1 end end
function done(summary, latency)
    local errors = summary.errors
    local bad = errors.connect + errors.read + errors.write + errors.timeout
    for _, thread in ipairs(threads) do bad = bad + thread:get("failed") end
    io.write(string.format("%.0f requests per second, 99th percentile %.2f ms, %d of %d requests failed\n",
        summary.requests / summary.duration * 1e6, latency:percentile(99) / 1000, bad, summary.requests))
end
EOF

ask() { wrk -t 1 -c "$connections" -d "${seconds}s" -s "$folder/ask.lua" "$address" | tail -n 1; }

echo "undisturbed: $(ask)"
ask >"$folder/disturbed" &
asking=$!
i=0
while [ $i -lt 100 ]; do
    [ $((i % 2)) -eq 0 ] && to=odd || to=even
    ln -s "$folder/$to" "$folder/next"
    mv -T "$folder/next" "$folder/live"
    sleep "$(awk "BEGIN { print $seconds * 0.009 }")"
    i=$((i + 1))
done
wait "$asking"
taken=$(grep -c 'serving other tables' "$folder/errors" || true)
echo "while tables were replaced $i times, $taken of which were seen: $(cat "$folder/disturbed")"
[ "$taken" -gt 50 ] || { echo "too few of the replaced tables were taken over: give more SECONDS"; exit 1; }
grep -q ' 0 of [0-9]* requests failed' "$folder/disturbed"

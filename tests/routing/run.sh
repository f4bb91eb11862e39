#!/bin/sh
# A handler is swapped a thousand times while programs ask it.
set -u
cd "$(dirname "$0")/../.."
p=build/tests/routing/programs
exec build/swap $p/client.wasm $p/handler_a.wasm $p/handler_b.wasm

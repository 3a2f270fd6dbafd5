#!/bin/sh
# Installs the peers that bench compares with into bench/.peers/bin. What cannot be had
# is said and left out: bench runs with those that are there.
set -u
cd "$(dirname "$0")/.." || exit 1
peers=$PWD/bench/.peers
mkdir -p "$peers/bin" || exit 1

go_install() {
	if GOBIN="$peers/bin" GOFLAGS='' CGO_ENABLED=0 go install "$1"; then
		echo "installed $1"
	else
		echo "left out: $1 (see above)" >&2
	fi
}

go_install github.com/google/go-containerregistry/cmd/crane@v0.22.1
go_install github.com/regclient/regclient/cmd/regctl@v0.11.7
go_install github.com/regclient/regclient/cmd/regsync@v0.11.7
go_install oras.land/oras/cmd/oras@v1.3.0

if command -v skopeo >/dev/null; then
	echo "skopeo is there: $(skopeo --version)"
elif [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
	apt-get install -y --no-install-recommends skopeo || echo "left out: skopeo (see above)" >&2
else
	echo "left out: skopeo. Install your system's package: apt-get install skopeo" >&2
fi

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

# Not every module mirror knows the versions of oras, nor its checksums: it is named here
# with those that it had in November 2026.
module=$(mktemp -d)
cat >"$module/go.mod" <<'END'
module peers

go 1.26

require oras.land/oras v1.3.0
END
cat >"$module/go.sum" <<'END'
oras.land/oras v1.3.0 h1:PdxrW0wRu24AMRnJcQWhUXTk33bDHCdSvyWcKoAxArE=
oras.land/oras v1.3.0/go.mod h1:vhmQNvH70/XwJhSqqO7kITlD2fWNxlOj/4rxdamNU1c=
END
if (cd "$module" && GOFLAGS=-mod=mod CGO_ENABLED=0 go build -o "$peers/bin/oras" oras.land/oras/cmd/oras); then
	echo "installed oras.land/oras/cmd/oras@v1.3.0"
else
	echo "left out: oras (see above)" >&2
fi
rm -r "$module"

if command -v skopeo >/dev/null; then
	echo "skopeo is there: $(skopeo --version)"
elif [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
	apt-get install -y --no-install-recommends skopeo || echo "left out: skopeo (see above)" >&2
else
	echo "left out: skopeo. Install your system's package: apt-get install skopeo" >&2
fi

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

# Of skopeo, Debian's releases have old versions. The one of its next release is unpacked
# beside the system, with the libraries that it needs, and started by its own loader.
skopeo_beside() {
	root=$peers/skopeo
	apt=$(mktemp -d) || return 1
	mkdir -p "$apt/lists/partial" "$apt/archives/partial"
	site=$(apt-get indextargets --format '$(SITE)' | grep -v -e -security | head -n 1) # where this machine has Debian from
	echo "deb $site sid main" >"$apt/sources.list"
	set -- -qq -o "Dir::Etc::sourcelist=$apt/sources.list" -o Dir::Etc::sourceparts=- -o "Dir::State::lists=$apt/lists" \
		-o Dir::State::status=/dev/null -o "Dir::Cache=$apt" -o "Dir::Cache::archives=$apt/archives" -o APT::Sandbox::User=root
	rm -rf "$root"
	apt-get "$@" update && apt-get "$@" install -y --no-install-recommends --download-only skopeo >/dev/null &&
		for deb in "$apt"/archives/*.deb; do dpkg-deb -x "$deb" "$root" || return 1; done
	rm -rf "$apt"
	# Beside the script, wherever the checkout is: its directory may have any name.
	loader=$(cd "$root" && find . -name 'ld-linux-*' | head -n 1)
	libraries=$(cd "$root" && dirname "$(find . -name 'libc.so.6' | head -n 1)")
	cat >"$peers/bin/skopeo" <<-END
		#!/bin/sh
		root=\${0%/*}/../skopeo
		exec "\$root/$loader" --library-path "\$root/$libraries" "\$root/usr/bin/skopeo" "\$@"
	END
	chmod +x "$peers/bin/skopeo"
	"$peers/bin/skopeo" --version >/dev/null || { rm "$peers/bin/skopeo"; return 1; }
}

if command -v apt-get >/dev/null && skopeo_beside; then
	echo "installed $("$peers/bin/skopeo" --version)"
elif command -v skopeo >/dev/null; then
	echo "skopeo is there: $(skopeo --version)"
else
	echo "left out: skopeo. Install your system's package: apt-get install skopeo" >&2
fi

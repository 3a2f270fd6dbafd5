package platforms

import (
	"strings"

	"ecrmirror/internal/printable"
)

// A Platform is what an index or a configuration says an image is for, in its own words. Texts that are not there are
// empty.
type Platform struct {
	OS           string
	Architecture string
	Variant      string
	OSVersion    string
}

// String returns the platform as people write it, OS/ARCHITECTURE[/VARIANT][:OSVERSION], fit to be printed, in at most
// 100 bytes. It has "unknown" for what is not said, and "no platform" if nothing is.
func (p Platform) String() string {
	if p == (Platform{}) {
		return "no platform"
	}
	text := orUnknown(p.OS) + "/" + orUnknown(p.Architecture)
	if p.Variant != "" {
		text += "/" + p.Variant
	}
	if p.OSVersion != "" {
		text += ":" + p.OSVersion
	}
	const longest = 100
	return printable.Short(text, longest)
}

const unknown = "unknown"

func orUnknown(text string) string {
	if text == "" {
		return unknown
	}
	return text
}

// isStated reports whether it says both what operating system and what architecture: a text that is there and is not
// "unknown", in letters of any case. Attestations of BuildKit are for
// unknown/unknown: https://docs.docker.com/build/metadata/attestations/attestation-storage/.
func (p Platform) isStated() bool {
	isKnown := func(text string) bool { return text != "" && lower(text) != unknown }
	return isKnown(p.OS) && isKnown(p.Architecture)
}

// normal returns the platform in the words of the OCI image specification, which are Go's. An architecture that has
// variants has the one that is meant where none is said.
func (p Platform) normal() Platform {
	p.OS, p.Architecture, p.Variant = lower(p.OS), lower(p.Architecture), lower(p.Variant)
	p.OS = usualOS(p.OS)
	var variant string
	if p.Architecture, variant = usualArchitecture(p.Architecture); variant != "" {
		p.Variant = variant
	}
	switch p.Architecture {
	case "arm", "arm64":
		if p.Variant != "" && strings.Trim(p.Variant, "0123456789") == "" {
			p.Variant = "v" + p.Variant
		}
	}
	if p.Variant == "" {
		p.Variant = usualVariant(p.Architecture)
	}
	return p
}

// lower returns a text with its ASCII letters in lower case. Others stay: Unicode's tables change.
func lower(text string) string {
	letters := []byte(text)
	for i, c := range letters {
		if c >= 'A' && c <= 'Z' {
			letters[i] = c - 'A' + 'a'
		}
	}
	return string(letters)
}

// usualOS returns the name by which an operating system is known.
func usualOS(name string) string {
	if name == "macos" {
		return "darwin"
	}
	return name
}

// usualArchitecture returns the name by which an architecture is known, and the variant that another name says. It
// has the names that containerd takes: https://github.com/containerd/platforms, normalizeArch.
func usualArchitecture(name string) (architecture, variant string) {
	switch name {
	case "x86_64", "x86-64":
		return "amd64", ""
	case "aarch64":
		return "arm64", ""
	case "i386":
		return "386", ""
	case "armhf":
		return "arm", "v7"
	case "armel":
		return "arm", "v6"
	}
	return name, ""
}

// usualVariant returns the variant that an architecture means where none is said: the table "Platform Variants" of
// https://github.com/opencontainers/image-spec/blob/v1.1.0/image-index.md, and what containerd takes for the same.
func usualVariant(architecture string) string {
	switch architecture {
	case "amd64":
		return "v1"
	case "arm":
		return "v7"
	case "arm64":
		return "v8"
	}
	return ""
}

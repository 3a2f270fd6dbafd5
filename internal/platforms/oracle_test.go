package platforms_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"
)

// The oracle follows docs/platforms.md by other means than the package: the standard library's decoder says where
// elements are and what they have, and elements are taken out one by one. It does not refuse what can be read in two
// ways.

var errNone = errors.New("none")

// oracle returns the trimmed index, and the digests of what it has dropped.
func oracle(t *testing.T, index []byte, platforms []string) (trimmed []byte, dropped []string, err error) {
	t.Helper()
	keep, digests, matched := oracleKeeps(t, index, platforms)
	for i := len(keep) - 1; i >= 0; i-- {
		if !keep[i] {
			dropped = append(dropped, digests[i])
		}
	}
	slices.Reverse(dropped)
	if len(dropped) == len(keep) || len(dropped) > 0 && !matched {
		return nil, nil, errNone
	}
	trimmed = index
	for i := len(keep) - 1; i >= 0; i-- {
		if !keep[i] {
			trimmed = without(t, trimmed, i)
		}
	}
	return trimmed, dropped, nil
}

// without takes one element out of an index, which has another one.
func without(t *testing.T, index []byte, i int) []byte {
	t.Helper()
	spans := spansOf(t, index)
	begin, end := spans[i].begin, spans[i].end
	if i+1 < len(spans) {
		end = spans[i+1].begin
	} else {
		begin = spans[i-1].end
	}
	return slices.Concat(index[:begin], index[end:])
}

type span struct{ begin, end int }

// spansOf returns where the elements of an index are.
func spansOf(t *testing.T, index []byte) (spans []span) {
	t.Helper()
	decoder := json.NewDecoder(bytes.NewReader(index))
	token := func() json.Token {
		token, err := decoder.Token()
		if err != nil {
			t.Fatalf("%v of %q", err, index)
		}
		return token
	}
	value := func() span {
		var raw json.RawMessage
		if err := decoder.Decode(&raw); err != nil {
			t.Fatalf("%v of %q", err, index)
		}
		end := int(decoder.InputOffset())
		return span{end - len(raw), end}
	}
	for token(); decoder.More(); {
		if token() != "manifests" {
			value()
			continue
		}
		if token() == nil { // null
			continue
		}
		for decoder.More() {
			spans = append(spans, value())
		}
		token()
	}
	return spans
}

// described is what the oracle reads of an element.
type described struct {
	MediaType   string                     `json:"mediaType"`
	Digest      string                     `json:"digest"`
	Annotations map[string]json.RawMessage `json:"annotations"`
	Platform    struct {
		OS           string `json:"os"`
		Architecture string `json:"architecture"`
		Variant      string `json:"variant"`
		OSVersion    string `json:"os.version"`
	} `json:"platform"`
}

// annotation returns the text of an annotation.
func (d described) annotation(name string) (text string) {
	_ = json.Unmarshal(d.Annotations[name], &text)
	return text
}

// target returns what an attestation is of.
func (d described) target() string {
	if d.annotation("vnd.docker.reference.type") != "attestation-manifest" {
		return ""
	}
	return d.annotation("vnd.docker.reference.digest")
}

func (d described) isNested() bool {
	mediaType, _, _ := strings.Cut(lowerASCII(d.MediaType), ";")
	switch strings.Trim(mediaType, " \t") {
	case "application/vnd.oci.image.index.v1+json", "application/vnd.docker.distribution.manifest.list.v2+json":
		return true
	}
	return false
}

func lowerASCII(text string) string {
	b := []byte(text)
	for i, c := range b {
		if c >= 'A' && c <= 'Z' {
			b[i] = c | 0x20
		}
	}
	return string(b)
}

// names returns all texts by which a filter can name the platform, but for versions; none if it is not stated.
func (d described) names() []string {
	p := d.Platform
	system, machine, variant := lowerASCII(p.OS), lowerASCII(p.Architecture), lowerASCII(p.Variant)
	for _, half := range []string{system, machine} {
		if half == "" || half == "unknown" {
			return nil
		}
	}
	if system == "macos" {
		system = "darwin"
	}
	if other, ok := map[string]string{
		"x86_64": "amd64", "x86-64": "amd64", "aarch64": "arm64", "i386": "386", "armhf": "arm/v7", "armel": "arm/v6",
	}[machine]; ok {
		var said string
		if machine, said, _ = strings.Cut(other, "/"); said != "" {
			variant = said
		}
	}
	if machine == "arm" || machine == "arm64" {
		if variant != "" && strings.TrimLeft(variant, "0123456789") == "" {
			variant = "v" + variant
		}
	}
	if variant == "" {
		variant = map[string]string{"amd64": "v1", "arm": "v7", "arm64": "v8"}[machine]
	}
	return []string{system + "/" + machine, system + "/" + machine + "/" + variant}
}

// is reports whether the platform is the one that a text names.
func (d described) is(text string) bool {
	name, version, hasVersion := strings.Cut(text, ":")
	return slices.Contains(d.names(), name) &&
		(!hasVersion || strings.HasPrefix(d.Platform.OSVersion+".", version+"."))
}

// oracleKeeps says which elements are kept, and whether one of them is for a wanted platform.
func oracleKeeps(t *testing.T, index []byte, platforms []string) (keep []bool, digests []string, matched bool) {
	t.Helper()
	var elements []described
	for _, at := range spansOf(t, index) {
		var d described
		if err := json.Unmarshal(index[at.begin:at.end], &d); err != nil {
			t.Fatalf("%v of %q", err, index)
		}
		elements = append(elements, d)
	}
	wanted := func(d described) bool { return d.target() == "" && slices.ContainsFunc(platforms, d.is) }
	image := func(d described) bool { return wanted(d) || d.isNested() || d.names() == nil }
	for _, d := range elements {
		isKept := image(d)
		if d.target() != "" {
			same := func(other described) bool { return other.target() == "" && other.Digest == d.target() }
			isKept = !slices.ContainsFunc(elements, same) ||
				slices.ContainsFunc(elements, func(other described) bool { return same(other) && image(other) })
		}
		keep, digests, matched = append(keep, isKept), append(digests, d.Digest), matched || wanted(d)
	}
	return keep, digests, matched
}

package artifacts_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/opencontainers/go-digest"

	"ecrmirror/internal/artifacts"
)

var (
	hex64  = strings.Repeat("0123456789abcdef", 4)
	sha256 = digest.Digest("sha256:" + hex64)
	sha512 = digest.Digest("sha512:" + hex64 + strings.Repeat("f", 64))
)

func TestTagsOfASubject(t *testing.T) {
	for _, c := range []struct {
		subject  digest.Digest
		fallback string
	}{
		{sha256, "sha256-" + hex64},
		{sha512, "sha512-" + hex64}, // 64 of its 128 characters
	} {
		var tags []string
		for _, tag := range artifacts.DigestTags(c.subject) {
			tags = append(tags, tag.String())
			if back, ok := artifacts.ParseTag(tag.String()); !ok || back != tag {
				t.Errorf("%s is parsed as %v, %v", tag, back, ok)
			}
		}
		want := []string{c.fallback + ".att", c.fallback + ".sbom", c.fallback + ".sig"}
		if diff := cmp.Diff(want, tags); diff != "" {
			t.Error(diff)
		}
		fallback := artifacts.FallbackTag(c.subject)
		if back, ok := artifacts.ParseTag(c.fallback); fallback.String() != c.fallback || !ok || back != fallback {
			t.Errorf("%s: %s, %v, %v", c.subject, fallback, back, ok)
		}
	}
}

func TestOtherTagsAreNone(t *testing.T) {
	for _, tag := range []string{
		"", "latest", "1.0", "sha256", "sha256-", "sha256-" + hex64[1:], "sha256-" + hex64 + "0",
		"sha256-" + strings.ToUpper(hex64), "SHA256-" + hex64, "md5-" + hex64, "sha256:" + hex64, "sha256_" + hex64,
		"sha256-" + hex64 + ".", "sha256-" + hex64 + ".sigs", "sha256-" + hex64 + ".sig.sig", "sha256-" + hex64 + ".SIG",
		"sha256-" + hex64 + "-sig", "sha256-" + hex64[1:] + "g", "sha512-" + hex64 + hex64, "x-sha256-" + hex64,
	} {
		if got, ok := artifacts.ParseTag(tag); ok {
			t.Errorf("%q is taken for %+v", tag, got)
		}
	}
}

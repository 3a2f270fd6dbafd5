package artifacts_test

import (
	"testing"

	"ecrmirror/internal/artifacts"
)

func TestFingerprints(t *testing.T) {
	a := artifacts.Link{Subject: nth(1), Digest: nth(2)}
	b := artifacts.Link{Subject: nth(1), Digest: nth(2), Tag: "sha256-x.sig"}
	same := artifacts.Fingerprint([]artifacts.Link{a, b})
	if got := artifacts.Fingerprint([]artifacts.Link{b, a, b}); got != same || len(got) != 64 {
		t.Errorf("in another order, and twice: %s, not %s", got, same)
	}
	for name, links := range map[string][]artifacts.Link{
		"nothing": nil, "less": {a}, "another subject": {a, {nth(3), nth(2), b.Tag}},
		"another digest": {a, {nth(1), nth(3), b.Tag}}, "another tag": {a, {nth(1), nth(2), "sha256-y.sig"}},
	} {
		if artifacts.Fingerprint(links) == same {
			t.Errorf("%s: the same", name)
		}
	}
	// What is kept must not change with this program.
	const want = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
	if got := artifacts.Fingerprint(nil); got != want {
		t.Errorf("of nothing: %s", got)
	}
}

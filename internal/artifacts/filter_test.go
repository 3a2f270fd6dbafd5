package artifacts_test

import (
	"strings"
	"testing"

	"ecrmirror/internal/artifacts"
)

const (
	bundle   = "application/vnd.dev.sigstore.bundle.v0.3+json"
	notation = "application/vnd.cncf.notary.signature"
	spdx     = "application/spdx+json"
)

// parse parses words.
func parse(t testing.TB, words string) artifacts.Filter {
	t.Helper()
	f, err := artifacts.Parse(strings.Fields(words)...)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func TestFilters(t *testing.T) {
	tag := func(suffix string) artifacts.Artifact { return artifacts.Artifact{Tag: "sha256-" + hex64 + suffix} }
	of := func(artifactType string) artifacts.Artifact { return artifacts.Artifact{Type: artifactType} }
	for _, c := range []struct {
		filter   string
		artifact artifacts.Artifact
		want     artifacts.Verdict
	}{
		{"all", of(""), artifacts.Wanted},
		{"all", tag(".sbom"), artifacts.Wanted},
		{"none", of(bundle), artifacts.Unwanted},
		{"none", of(""), artifacts.Unwanted},
		{"signatures", of(bundle), artifacts.Wanted},
		{"signatures", of("application/vnd.dev.sigstore.bundle+json;version=0.1"), artifacts.Wanted},
		{"signatures", of(notation), artifacts.Wanted},
		{"signatures", of(strings.ToUpper(notation)), artifacts.Wanted},
		{"signatures", of("application/vnd.dev.cosign.artifact.sig.v1+json"), artifacts.Wanted},
		{"signatures", of("application/vnd.dev.cosign.artifact.sbom.v1+json"), artifacts.Unwanted},
		{"signatures", of(spdx), artifacts.Unwanted},
		{"signatures", of(""), artifacts.Unclear},
		{"signatures", tag(".sig"), artifacts.Wanted},
		{"signatures", tag(".att"), artifacts.Unwanted},
		{".att", tag(".att"), artifacts.Wanted},
		{".att", tag(".sig"), artifacts.Unwanted},
		{".att", of(".att"), artifacts.Unwanted},
		{spdx, of(spdx), artifacts.Wanted},
		{spdx, of("Application/SPDX+json"), artifacts.Wanted},
		{spdx, of(spdx + "x"), artifacts.Unwanted},
		{spdx, tag(".sbom"), artifacts.Unwanted},
		{"application/*+json", of(spdx), artifacts.Wanted},
		{"application/*+json", of("application/xml"), artifacts.Unwanted},
		{"*/*spdx*", of(spdx), artifacts.Wanted},
		{"a/*b*b", of("a/b"), artifacts.Unwanted}, // one b is not two
		{"a/*b*b", of("a/bb"), artifacts.Wanted},
		{"signatures .sbom a/b", of("a/b"), artifacts.Wanted},
		{"signatures .sbom a/b", of("a/c"), artifacts.Unwanted},
		{"signatures .sbom a/b", artifacts.Artifact{Tag: "odd"}, artifacts.Unwanted},
	} {
		f := parse(t, c.filter)
		if got := f.Judge(c.artifact); got != c.want {
			t.Errorf("%s of %+v: %d", c.filter, c.artifact, got)
		}
		if f.IsNone() != (c.filter == "none") || f.IsAll() != (c.filter == "all") {
			t.Errorf("%s: %v %v", c.filter, f.IsNone(), f.IsAll())
		}
	}
}

func TestAFilterIsTheSameHoweverItIsWritten(t *testing.T) {
	for words, want := range map[string]string{
		"all": "all", "none": "none", "signatures": "signatures",
		"b/c a/b .sig": ".sig,a/b,b/c", ".sig A/B b/C": ".sig,a/b,b/c",
	} {
		f := parse(t, words)
		again, err := artifacts.Parse(f.Texts()...)
		if f.String() != want || again != f || err != nil {
			t.Errorf("%s: %s, %s, %v", words, f, again, err)
		}
	}
	if parse(t, "all") != (artifacts.Filter{}) || parse(t, "none") != artifacts.None() {
		t.Error("words mean something else")
	}
}

func TestWrongFilters(t *testing.T) {
	const form = "it is all, none, signatures, a type such as application/spdx+json, in which * stands for any " +
		"characters, or one of .sig, .att and .sbom"
	for words, want := range map[string]string{
		"":                       "no type is named: for no artifacts, write none; for all of them, all",
		"signature":              `artifacts "signature": it is no type (did you mean "signatures"?)`,
		"Signatures":             `artifacts "Signatures": it is no type (did you mean "signatures"?)`,
		"al":                     `artifacts "al": it is no type (did you mean "all"?)`,
		"sbom":                   `artifacts "sbom": it is no type (did you mean ".sbom"?)`,
		".sign":                  `artifacts ".sign": there is no such digest tag (did you mean ".sig"?)`,
		"bundles":                `artifacts "bundles": it is no type: ` + form,
		"*":                      `artifacts "*": for all artifacts, write all`,
		"*/*":                    `artifacts "*/*": for all artifacts, write all`,
		"all a/b":                `artifacts "all": it stands alone: what is listed beside it would mean nothing`,
		"a/b none":               `artifacts "none": it stands alone: what is listed beside it would mean nothing`,
		"a/b,c/d":                `artifacts "a/b,c/d": one type is wanted, and a list of several of them: ` + form,
		"a/b?":                   `artifacts "a/b?": of the signs of patterns, only * has a meaning: it stands for any characters`,
		"a/\u00e4":               `artifacts "a/ä": it has signs that no media type has`,
		"/b":                     `artifacts "/b": it ends or begins with a slash`,
		"a/b A/b":                `artifacts "A/b": it is there twice`,
		"a/* a/b":                `artifacts "a/b": a/* includes it`,
		"a/b a/*":                `artifacts "a/*": it includes a/b`,
		"signatures .sig":        `artifacts ".sig": signatures includes it`,
		notation + " signatures": `artifacts "signatures": it includes ` + notation,
		"a/" + strings.Repeat("x", 254): `artifacts "a/` + strings.Repeat("x", 38) + " ... " + strings.Repeat("x", 15) +
			`": it has 256 bytes; it may have 255`,
		strings.Repeat("a/b ", 33): `33 types; there may be 32`,
		"sig x/y/":                 "artifacts \"sig\": it is no type (did you mean \".sig\"?)\nartifacts \"x/y/\": it ends or begins with a slash",
	} {
		f, err := artifacts.Parse(strings.Fields(words)...)
		if err == nil || err.Error() != want || f != (artifacts.Filter{}) {
			t.Errorf("%.40s: %v, want %s", words, err, want)
		}
	}
	for _, text := range []string{"", " a/b", "a/b\n"} {
		if _, err := artifacts.Parse(text); err == nil {
			t.Errorf("%q is taken", text)
		}
	}
}

package artifacts_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/opencontainers/go-digest"

	"ecrmirror/internal/artifacts"
)

// index is one of the entries.
func index(entries ...string) string {
	return `{"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[` +
		strings.Join(entries, ",") + `]}`
}

// entry is one of the n-th digest, with more members.
func entry(n int, members string) string {
	return fmt.Sprintf(`{"mediaType":"application/vnd.oci.image.manifest.v1+json","digest":%q%s}`, nth(n), members)
}

func nth(n int) digest.Digest { return digest.FromString(fmt.Sprint(n)) }

func TestIndexesAreRead(t *testing.T) {
	for name, c := range map[string]struct {
		document string
		want     []artifacts.Artifact
	}{
		"empty": {index(), nil},
		"null":  {`{"mediaType":"application/vnd.oci.image.index.v1+json","manifests":null}`, nil},
		"without a type": {
			`{"manifests":[` + entry(1, `,"size":7`) + `]}`, []artifacts.Artifact{{Digest: nth(1), Size: 7}},
		},
		"types and sizes": {
			index(entry(1, `,"size":7,"artifactType":"a/b"`), entry(2, ``), entry(3, `,"size":0,"artifactType":null`)),
			[]artifacts.Artifact{
				{Digest: nth(1), Size: 7, Type: "a/b"}, {Digest: nth(2), Size: -1}, {Digest: nth(3), Size: 0},
			},
		},
		"a type that says nothing": {
			index(entry(1, `,"artifactType":"application/vnd.oci.empty.v1+json"`)),
			[]artifacts.Artifact{{Digest: nth(1), Size: -1}},
		},
		"twice": {
			index(entry(1, ``), entry(2, ``), entry(1, `,"size":3`)),
			[]artifacts.Artifact{{Digest: nth(1), Size: -1}, {Digest: nth(2), Size: -1}},
		},
		"unknown members": {
			index(entry(1, `,"annotations":{"digest":"x"},"x":[{"size":-1}]`)) + "\n",
			[]artifacts.Artifact{{Digest: nth(1), Size: -1}},
		},
		"SHA-512": {index(fmt.Sprintf(`{"digest":%q}`, sha512)), []artifacts.Artifact{{Digest: sha512, Size: -1}}},
	} {
		got, err := artifacts.ParseIndex([]byte(c.document))
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

func TestOtherDocumentsAreRefused(t *testing.T) {
	many := make([]string, artifacts.MaxReferrers+1)
	for i := range many {
		many[i] = entry(i, "")
	}
	const notIndex = "it is no index of referrers"
	for document, want := range map[string]string{
		``:                        notIndex + ": unexpected end of JSON input",
		`<html>`:                  notIndex + ": invalid character '<' looking for beginning of value",
		index() + `{}`:            notIndex + ": invalid character '{' after top-level value",
		`[]`:                      notIndex,
		`null`:                    notIndex,
		`{}`:                      notIndex,
		`{"errors":[]}`:           notIndex,
		`{"config":{}}`:           notIndex,
		`{"mediaType":"x\u001b"}`: notIndex + `: its mediaType is "x?"`,
		`{"mediaType":"application/vnd.oci.image.manifest.v1+json","config":{}}`: notIndex +
			`: its mediaType is "application/vnd.oci.image.manifest.v1+json"`,
		`{"mediaType":"application/vnd.docker.distribution.manifest.list.v2+json","manifests":[]}`: notIndex +
			`: its mediaType is "application/vnd.docker.distribution.manifest.list.v2+json"`,
		`{"manifests":{}}`:                                `manifests: no list where one should be`,
		`{"manifests":"x"}`:                               `manifests: no list where one should be`,
		`{"manifests":[],"config":{}}`:                    `it is ambiguous: both an image and an index`,
		`{"manifests":[],"layers":[]}`:                    `it is ambiguous: both an image and an index`,
		`{"manifests":[],"manifests":[]}`:                 `it is ambiguous: "manifests" comes twice, or in other letters`,
		`{"manifests":[],"Manifests":[]}`:                 `it is ambiguous: "manifests" comes twice, or in other letters`,
		index(`1`):                                        `manifests[0]: no object where one should be`,
		index(`null`):                                     `manifests[0]: no object where one should be`,
		index(entry(1, ``), `{"size":1}`):                 `manifests[1]: digest: no text where one should be, or one of more than 4096 bytes`,
		index(`{"digest":null}`):                          `manifests[0]: digest: "": invalid checksum digest format`,
		index(`{"digest":"md5:00"}`):                      `manifests[0]: digest: "md5:00": unsupported digest algorithm`,
		index(`{"digest":"sha256:\u001b[2J"}`):            `manifests[0]: digest: "sha256:?[2J": invalid checksum digest length`,
		index(entry(1, `,"digest":"x"`)):                  `manifests[0]: it is ambiguous: "digest" comes twice, or in other letters`,
		index(entry(1, `,"size":-1`)):                     `manifests[0]: size: no number of bytes where one should be`,
		index(entry(1, `,"size":1.5`)):                    `manifests[0]: size: no number of bytes where one should be`,
		index(entry(1, `,"size":99999999999999999999`)):   `manifests[0]: size: no number of bytes where one should be`,
		index(entry(1, `,"size":"1"`)):                    `manifests[0]: size: no number of bytes where one should be`,
		index(entry(1, `,"artifactType":1`)):              `manifests[0]: artifactType: no text where one should be, or one of more than 4096 bytes`,
		index(many...):                                    `too many artifacts: an index of more than 1000 referrers`,
		strings.Repeat(" ", artifacts.MaxIndex) + index(): `too many artifacts: an index of more than 4194304 bytes`,
	} {
		got, err := artifacts.ParseIndex([]byte(document))
		if err == nil || err.Error() != want || got != nil {
			t.Errorf("%.80s: %v, want %s", document, err, want)
		}
		if errors.Is(err, artifacts.ErrNoIndex) != strings.HasPrefix(want, notIndex) ||
			errors.Is(err, artifacts.ErrMany) != strings.HasPrefix(want, "too many") {
			t.Errorf("%.80s: %v is another error", document, err)
		}
	}
}

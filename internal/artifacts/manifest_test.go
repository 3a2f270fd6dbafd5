package artifacts_test

import (
	"testing"

	"ecrmirror/internal/artifacts"
)

func TestManifestsSayWhatTheyAre(t *testing.T) {
	subject := `"subject":{"mediaType":"x/y","digest":"` + sha256.String() + `","size":3}`
	for manifest, want := range map[string]artifacts.Manifest{
		`{"artifactType":"a/b","config":{"mediaType":"c/d"},` + subject + `}`: {Subject: sha256, Type: "a/b"},
		`{"config":{"mediaType":"c/d"},` + subject + `}`:                      {Subject: sha256, Type: "c/d"},
		`{"artifactType":"","config":{"mediaType":"c/d"}}`:                    {Type: "c/d"},
		`{"artifactType":null,"config":null,"subject":null}`:                  {},
		`{"manifests":[],"artifactType":"a/b",` + subject + `}`:               {Subject: sha256, Type: "a/b"},
		`{"manifests":[],` + subject + `}`:                                    {Subject: sha256},
		`{"config":{"mediaType":"application/vnd.oci.empty.v1+json"}}`:        {Type: "application/vnd.oci.empty.v1+json"},
		`{"schemaVersion":1,"fsLayers":[{"blobSum":"x"}]}`:                    {},
	} {
		got, err := artifacts.Describe([]byte(manifest))
		if err != nil || got.Subject != want.Subject || got.Type != want.Type {
			t.Errorf("%s: %+v, %v", manifest, got, err)
		}
	}
}

func TestOddManifests(t *testing.T) {
	for manifest, want := range map[string]string{
		``:                                "unexpected end of JSON input",
		`[]`:                              "no object where one should be",
		`null`:                            "no object where one should be",
		`{"subject":1}`:                   "subject: no object where one should be",
		`{"subject":{}}`:                  "subject: digest: no text where one should be, or one of more than 4096 bytes",
		`{"subject":{"digest":"x"}}`:      `subject: digest: "x": invalid checksum digest format`,
		`{"subject":null,"Subject":null}`: `it is ambiguous: "subject" comes twice, or in other letters`,
		`{"config":[]}`:                   "config: no object where one should be",
		`{"config":{"mediaType":{}}}`: "config: mediaType: no text where one should be, or one of more than " +
			"4096 bytes",
		`{"annotations":"x"}`: "annotations: no object where one should be",
	} {
		if _, err := artifacts.Describe([]byte(manifest)); err == nil || err.Error() != want {
			t.Errorf("%s: %v, want %s", manifest, err, want)
		}
	}
}

package mirrorstack_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"regexp"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write the golden template, and the tables in docs, anew")

const goldenFile = "testdata/default.template.json"

var assetHash = regexp.MustCompile(`[0-9a-f]{64}`)

// TestDefaultTemplate shows every change of the default template to whoever reviews it.
// go test ./infra/mirrorstack -update writes it anew.
func TestDefaultTemplate(t *testing.T) {
	var got bytes.Buffer
	encoder := json.NewEncoder(&got)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", " ")
	if err := encoder.Encode(synth(t, "default").ToJSON()); err != nil {
		t.Fatal(err)
	}
	normal := assetHash.ReplaceAll(got.Bytes(), []byte("ASSET"))
	if *update {
		if err := os.WriteFile(goldenFile, normal, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(goldenFile)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(normal)); diff != "" {
		t.Errorf("the default template changed (-want +got); if that was meant, run go test ./infra/mirrorstack "+
			"-update:\n%s", diff)
	}
}

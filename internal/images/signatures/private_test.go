package signatures_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/ecr"
	"github.com/opencontainers/go-digest"

	"ecrmirror/internal/images"
	"ecrmirror/internal/mirror/content"
	"ecrmirror/internal/mirror/port"
	"ecrmirror/localstack/server"
	"ecrmirror/testkit/lent"
	"ecrmirror/testkit/servertest"
)

// ECR is read by its API, which takes no login.
func TestSignaturesInPrivateECR(t *testing.T) {
	standIn := servertest.Start(t, server.Options{})
	t.Setenv("HOME", t.TempDir())
	t.Setenv("XDG_CONFIG_HOME", "")
	t.Setenv("TMPDIR", t.TempDir())
	repository := "app"
	cfg := standIn.Config()
	if _, err := ecr.NewFromConfig(cfg).CreateRepository(t.Context(),
		&ecr.CreateRepositoryInput{RepositoryName: &repository}); err != nil {
		t.Fatal(err)
	}
	r := images.New(images.Options{AWS: cfg})
	defer r.Close()
	write := func(tag string, blobs ...string) digest.Digest {
		t.Helper()
		image := parse(t, "111122223333.dkr.ecr.us-east-1.amazonaws.com/app:"+tag)
		dst, err := r.Destination(t.Context(), image)
		if err != nil {
			t.Fatal(err)
		}
		defer dst.Close()
		var list []map[string]any
		for _, b := range blobs {
			d := digest.FromString(b)
			if err := dst.PutBlob(t.Context(), content.Blob{Digest: d, Size: int64(len(b))},
				lent.By(strings.NewReader(b))); err != nil {
				t.Fatal(err)
			}
			list = append(list, map[string]any{"mediaType": signatureType, "digest": d, "size": len(b)})
		}
		list[0]["mediaType"] = "application/vnd.oci.image.config.v1+json"
		manifest, err := json.Marshal(map[string]any{
			"schemaVersion": 2, "mediaType": imageType, "config": list[0], "layers": list[1:],
		})
		if err != nil {
			t.Fatal(err)
		}
		d := digest.FromBytes(manifest)
		if err := dst.PutTag(t.Context(), image, port.Manifest{Digest: d, Content: manifest}); err != nil {
			t.Fatal(err)
		}
		return d
	}
	d := write("1", "{}", "layer")
	name := parse(t, "111122223333.dkr.ecr.us-east-1.amazonaws.com/app:1")
	if kinds, err := readSigned(t, r, name, d, ""); err != nil || len(kinds) > 0 {
		t.Errorf("unsigned: %v, %v", kinds, err)
	}
	write(strings.Replace(d.String(), ":", "-", 1)+".sig", "{}", "payload")
	if kinds, err := readSigned(t, r, name, d, ""); err != nil || kinds["sigstore-json"] != 1 {
		t.Errorf("signed: %v, %v", kinds, err)
	}
	if got := standIn.Stats().Snapshot().Calls["ecr.GetAuthorizationToken"]; got != 0 {
		t.Errorf("%d calls of ecr:GetAuthorizationToken", got)
	}
}

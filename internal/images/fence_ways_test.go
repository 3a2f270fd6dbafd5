package images_test

import (
	"context"
	"io"
	"net/http"
	"strings"

	"github.com/opencontainers/go-digest"

	"ecrmirror/internal/ecr"
	"ecrmirror/internal/imagename"
	"ecrmirror/internal/images"
	"ecrmirror/internal/mirror/content"
	"ecrmirror/testkit/lent"
)

// reached is what a network reaches: registries, and Amazon ECR, whose client reads layers that live elsewhere.
type reached struct {
	*images.Client
	ecr *ecr.Client
}

// A way is one in which somebody is asked for something.
type way struct {
	name string
	// what the registry answers; nil where the user names the host
	lead func(w http.ResponseWriter, r *http.Request, to string) bool
	use  func(ctx context.Context, r reached, host string) error
}

// sendTo returns an answer that redirects where part is in the path.
func sendTo(part string) func(w http.ResponseWriter, r *http.Request, to string) bool {
	return func(w http.ResponseWriter, r *http.Request, to string) bool {
		if !strings.Contains(r.URL.Path, part) {
			return false
		}
		w.Header()["Location"] = []string{to}
		w.WriteHeader(http.StatusTemporaryRedirect)
		return true
	}
}

func readManifest(ctx context.Context, r reached, host string) error {
	if !strings.ContainsAny(host, ".:") {
		host += ":443" // or it would be a part of Docker Hub
	}
	name, err := imagename.ParseImage(host + "/app:1")
	if err != nil {
		return err
	}
	src, err := r.Source(ctx, name)
	if err != nil {
		return err
	}
	defer src.Close()
	_, _, err = src.Manifest(ctx, "")
	return err
}

func readHostile(ctx context.Context, r reached, _ string) error {
	return readManifest(ctx, r, hostile)
}

var ways = []way{
	{"named", nil, readManifest},
	{"redirect", sendTo("/manifests/1"), readHostile},
	{"signature", sendTo(".sig"), func(ctx context.Context, r reached, _ string) error {
		d := digest.FromString(anImage)
		signed, err := r.Signed(ctx, imagename.Name{
			Kind: imagename.Registry, Host: hostile, Repository: "app", Tag: "1",
		}, d, "")
		if err != nil {
			return err
		}
		defer signed.Close()
		_, err = signed.Signed(ctx, d)
		return err
	}},
	{"token realm", func(w http.ResponseWriter, _ *http.Request, to string) bool {
		w.Header().Set("WWW-Authenticate", `Bearer realm="`+to+`"`)
		w.WriteHeader(http.StatusUnauthorized)
		return true
	}, readHostile},
	{"foreign layer", sendTo("none"), func(ctx context.Context, r reached, to string) error {
		body, _, err := r.ecr.ForeignBlob(ctx, ecr.Blob{Digest: digest.FromString("x"), Size: 1},
			[]string{"https://" + to + "/x"})
		if err == nil {
			_, err = io.ReadAll(body)
			body.Close()
		}
		return err
	}},
	{"upload location", func(w http.ResponseWriter, r *http.Request, to string) bool {
		if r.Method == http.MethodPost {
			w.Header()["Location"] = []string{to}
			w.WriteHeader(http.StatusAccepted)
		}
		return r.Method == http.MethodPost
	}, func(ctx context.Context, r reached, _ string) error {
		dst, err := r.Destination(ctx, imagename.Name{
			Kind: imagename.Registry, Host: hostile, Repository: "app", Tag: "1",
		})
		if err != nil {
			return err
		}
		defer dst.Close()
		return dst.PutBlob(ctx, content.Blob{Digest: digest.FromString("x"), Size: 1}, lent.By(strings.NewReader("x")))
	}},
}

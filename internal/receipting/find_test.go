package receipting_test

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/opencontainers/go-digest"

	"ecrmirror/internal/artifacts"
	"ecrmirror/internal/mirror"
	"ecrmirror/internal/receipt"
	"ecrmirror/internal/receipting"
	"ecrmirror/testkit/refregistry"
)

// send sends a request to the registry, which must be answered so.
func (w *world) send(method, path, mediaType string, body []byte, want int) {
	w.t.Helper()
	r, err := http.NewRequestWithContext(w.t.Context(), method, "http://"+w.host+path, bytes.NewReader(body))
	if err != nil {
		w.t.Fatal(err)
	}
	r.Header.Set("Content-Type", mediaType)
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		w.t.Fatal(err)
	}
	defer answer.Body.Close()
	if _, err := io.Copy(io.Discard, answer.Body); err != nil || answer.StatusCode != want {
		w.t.Fatalf("%s %s: %s, %v", method, path, answer.Status, err)
	}
}

// attach puts a manifest with a bundle beside an image of the registry's, as a stranger does.
func (w *world) attach(manifest, bundle []byte) digest.Digest {
	w.t.Helper()
	for _, blob := range [][]byte{bundle, receipt.Config()} {
		w.send(http.MethodPost, "/v2/dst/blobs/uploads/?digest="+digest.FromBytes(blob).String(), "application/octet-stream",
			blob, http.StatusCreated)
	}
	d := digest.FromBytes(manifest)
	w.send(http.MethodPut, "/v2/dst/manifests/"+d.String(), receipt.ManifestType, manifest, http.StatusCreated)
	return d
}

// receiptFor returns what a job says of an image.
func (w *world) receiptFor(image digest.Digest) receipt.Receipt {
	return receipt.Receipt{
		Repository: w.host + "/dst", Digest: image, Time: at, Tool: tool,
		Source: receipt.Source{Repository: w.host + "/src", Digest: image},
	}
}

// bundleBy returns a bundle with a receipt that a key of KMS has signed, or one of a stranger's.
func (w *world) bundleBy(stranger bool, says receipt.Receipt) []byte {
	w.t.Helper()
	statement, err := says.Statement()
	if err != nil {
		w.t.Fatal(err)
	}
	key, sign := w.key, func() ([]byte, error) { return w.signer().Sign(w.t.Context(), receipt.ToSign(statement)) }
	if stranger {
		private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
		if err == nil {
			key, err = receipt.NewKey(&private.PublicKey)
		}
		if err != nil {
			w.t.Fatal(err)
		}
		sign = func() ([]byte, error) {
			return ecdsa.SignASN1(rand.Reader, private, key.Digest(receipt.ToSign(statement)))
		}
	}
	sig, err := sign()
	if err != nil {
		w.t.Fatal(err)
	}
	bundle, err := receipt.Bundle(statement, sig, key)
	if err != nil {
		w.t.Fatal(err)
	}
	return bundle
}

func (w *world) manifest(image digest.Digest, bundle []byte) []byte {
	w.t.Helper()
	m, err := receipt.Manifest(receipt.Descriptor{MediaType: "a/b", Digest: image, Size: 1}, bundle, at)
	if err != nil {
		w.t.Fatal(err)
	}
	return m
}

// What strangers put beside an image is no receipt, and keeps none away.
func TestWhatStrangersPutIsNoReceipt(t *testing.T) {
	for _, c := range []struct {
		name    string
		attach  func(w *world, image digest.Digest)
		refused error // nil = it is passed over
	}{
		{"another key's", func(w *world, image digest.Digest) {
			bundle := w.bundleBy(true, w.receiptFor(image))
			w.attach(w.manifest(image, bundle), bundle)
		}, receipt.ErrSignature},
		{"ours for another image", func(w *world, image digest.Digest) {
			bundle := w.bundleBy(false, w.receiptFor(digest.FromString("other")))
			w.attach(w.manifest(image, bundle), bundle)
		}, receipt.ErrSubject},
		{"no bundle", func(w *world, image digest.Digest) {
			w.attach(w.manifest(image, []byte("{}")), []byte("{}"))
		}, receipt.ErrMalformed},
		{"a manifest that can be read in two ways", func(w *world, image digest.Digest) {
			bundle := w.bundleBy(false, w.receiptFor(image))
			m := bytes.Replace(w.manifest(image, bundle), []byte(`"layers"`), []byte(`"Layers":[],"layers"`), 1)
			w.attach(m, bundle)
		}, receipt.ErrMalformed},
		{"a signature by cosign", func(w *world, image digest.Digest) {
			bundle := []byte(`{"mediaType":"x"}`)
			m := bytes.Replace(w.manifest(image, bundle), []byte(receipt.PredicateType),
				[]byte("https://sigstore.dev/cosign/sign/v1"), 1)
			w.attach(m, bundle)
		}, nil},
		{"something else", func(w *world, image digest.Digest) {
			m := refregistry.Referrer(image, "application/spdx+json", "")
			w.attach(m, []byte("{}"))
		}, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t)
			image := w.push("src", "1")
			w.copy(t.Context(), nil, "{}", w.host+"/src:1", w.host+"/dst:1")
			c.attach(w, image)
			found, err := w.check(w.host + "/dst:1")
			if !errors.Is(err, receipting.ErrNone) || len(found.Receipts) != 0 ||
				len(found.Refused) > 0 != (c.refused != nil) ||
				c.refused != nil && !errors.Is(found.Refused[0].Err, c.refused) {
				t.Errorf("%+v, %v", found, err)
			}
			w.copy(t.Context(), w.maker(nil), "{}", w.host+"/src:1", w.host+"/dst:1")
			if found, err := w.check(w.host + "/dst:1"); err != nil || len(found.Receipts) != 1 {
				t.Errorf("it keeps ours away: %+v, %v", found, err)
			}
		})
	}
}

// A registry that does not give what it lists is told apart from one that has no receipts.
func TestWhatTheRegistryGives(t *testing.T) {
	w := newWorld(t)
	image := w.push("src", "1")
	w.copy(t.Context(), w.maker(nil), "{}", w.host+"/src:1", w.host+"/dst:1")
	good, err := w.check(w.host + "/dst:1")
	if err != nil {
		t.Fatal(err)
	}
	manifest := good.Receipts[0].Manifest
	t.Run("no such image", func(t *testing.T) {
		if _, err := w.check(w.host + "/dst:2"); !errors.Is(err, mirror.ErrAbsent) {
			t.Error(err)
		}
	})
	t.Run("an image that is named by its digest", func(t *testing.T) {
		if found, err := w.check(w.host + "/dst:2@" + image.String()); err != nil || found.Image != image {
			t.Errorf("%+v, %v", found, err)
		}
	})
	t.Run("on disk", func(t *testing.T) {
		if _, err := w.check("oci:layout:1"); !errors.Is(err, receipting.ErrNone) {
			t.Error(err)
		}
	})
	t.Run("receipts are gone", func(t *testing.T) {
		w.send(http.MethodDelete, "/v2/dst/manifests/"+manifest.String(), "", nil, http.StatusAccepted)
		found, err := w.check(w.host + "/dst:1")
		if !errors.Is(err, receipting.ErrNone) || len(found.Refused) != 1 || found.Refused[0].Manifest != manifest {
			t.Errorf("%+v, %v", found, err)
		}
	})
}

// Where so many bundles belong to an image that nobody looks at all of them, no receipt is put, for good.
func TestTooManyBundles(t *testing.T) {
	w := newWorld(t)
	image := w.push("src", "1")
	w.copy(t.Context(), nil, "{}", w.host+"/src:1", w.host+"/dst:1")
	bundle := []byte("{}")
	for n := range 101 {
		m := bytes.Replace(w.manifest(image, bundle), []byte(receipt.PredicateType), fmt.Append(nil, "https://x.test/", n), 1)
		w.attach(m, bundle)
	}
	if _, err := w.check(w.host + "/dst:1"); !errors.Is(err, receipting.ErrMany) {
		t.Error(err)
	}
	report := w.copy(t.Context(), w.maker(nil), "{}", w.host+"/src:1", w.host+"/dst:1")[0]
	if r := report.Results[0]; !errors.Is(r.Receipt.Err, receipting.ErrMany) || r.Transient {
		t.Errorf("%+v", r)
	}
}

// A list that is forbidden, and a registry that takes no manifest with a subject, leave an image without a receipt.
func TestWhereReceiptsCantBeKept(t *testing.T) {
	for _, c := range []struct {
		name   string
		shape  refregistry.Shape
		is     error
		says   string
		passes bool
	}{
		{"list forbidden", refregistry.Shape{API: refregistry.Denied}, artifacts.ErrNoList, "listing artifacts", false},
		{
			"subjects refused",
			refregistry.Shape{API: refregistry.Listed, Refuses: http.StatusMethodNotAllowed},
			nil,
			"writing manifest sha256:", false,
		},
		{
			"busy",
			refregistry.Shape{API: refregistry.Listed, Refuses: http.StatusServiceUnavailable},
			nil,
			"writing manifest sha256:", true,
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t)
			w.push("src", "1")
			_, host := refregistry.Start(t, c.shape)
			r := w.copy(t.Context(), w.maker(nil), "{}", w.host+"/src:1", host+"/dst:1")[0].Results[0]
			if r.State != mirror.Copied || r.Receipt.Err == nil || !strings.Contains(r.Receipt.Err.Error(), c.says) ||
				c.is != nil && !errors.Is(r.Receipt.Err, c.is) || r.Transient != c.passes {
				t.Errorf("%+v", r)
			}
		})
	}
}

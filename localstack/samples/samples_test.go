package samples_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/google/go-containerregistry/pkg/v1/validate"

	"ecrmirror/localstack/samples"
	"ecrmirror/testkit/leaks"
)

// TestMain fails the tests where they leave goroutines behind.
func TestMain(m *testing.M) { leaks.Main(m) }

func TestSamplesAreWholeAndTheSameEachTime(t *testing.T) {
	var digests [2][]string
	for i := range digests {
		r, err := samples.Start(t.Context(), "127.0.0.1:0", true)
		if err != nil {
			t.Fatal(err)
		}
		names, err := r.Fill(t.Context())
		if err != nil || len(names) == 0 {
			t.Fatal(names, err)
		}
		for _, image := range names {
			ref, err := name.ParseReference(image)
			if err != nil {
				t.Fatal(err)
			}
			index, err := remote.Index(ref)
			if err == nil {
				err = validate.Index(index)
			}
			if err != nil {
				t.Fatalf("%s: %v", image, err)
			}
			d, _ := index.Digest()
			digests[i] = append(digests[i], d.String())
		}
		if err := r.Close(); err != nil {
			t.Error(err)
		}
	}
	if !slices.Equal(digests[0], digests[1]) {
		t.Errorf("%q", digests)
	}
	if slices.Sort(digests[0]); len(slices.Compact(digests[0])) < 4 {
		t.Errorf("images are alike: %q", digests[0])
	}
}

func TestAnAddressThatIsTaken(t *testing.T) {
	r, err := samples.Start(t.Context(), "127.0.0.1:0", true)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if other, err := samples.Start(t.Context(), r.Host(), true); err == nil {
		_ = other.Close()
		t.Error("two registries have one address")
	}
}

func TestReferrersAreListedOrNot(t *testing.T) {
	for lists, want := range map[bool]int{true: http.StatusOK, false: http.StatusNotFound} {
		r, err := samples.Start(t.Context(), "127.0.0.1:0", lists)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := r.Fill(t.Context()); err != nil {
			t.Fatal(err)
		}
		answer, err := http.Get("http://" + r.Host() + "/v2/hello/referrers/sha256:" + strings.Repeat("0", 64))
		if err != nil {
			t.Fatal(err)
		}
		answer.Body.Close()
		if answer.StatusCode != want {
			t.Errorf("%v: %s", lists, answer.Status)
		}
		http.DefaultClient.CloseIdleConnections()
		if err := r.Close(); err != nil {
			t.Error(err)
		}
	}
}

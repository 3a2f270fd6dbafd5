package receipting_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/opencontainers/go-digest"

	"ecrmirror/internal/kmssign"
	"ecrmirror/internal/mirror"
	"ecrmirror/internal/receipt"
	"ecrmirror/internal/receipting"
	"ecrmirror/internal/transient"
	"ecrmirror/testkit/refregistry"
)

// A copy leaves a receipt at each destination, which says where the image is from, and another copy finds it there.
func TestACopyLeavesAReceipt(t *testing.T) {
	w := newWorld(t)
	image := w.push("src", "1", "1.0")
	elsewhere := w.host + "/dst"
	_, host := refregistry.Start(t, refregistry.Distribution())
	without := host + "/dst" // the referrers API
	for try, made := range []bool{true, false} {
		for _, report := range w.copy(t.Context(), w.maker(nil), "{}", w.host+"/src:1", ecrRepository+":1",
			elsewhere+":1", without+":1") {
			for _, r := range report.Results {
				if r.Failure() != nil || r.Receipt.Made != made || r.Receipt.Digest.Validate() != nil || r.Transient {
					t.Errorf("try %d: %s: %+v, %v", try, r.Name, r.Receipt, r.Failure())
				}
			}
		}
	}
	if n := w.calls("kms.Sign"); n != 3 {
		t.Errorf("%d receipts signed", n)
	}
	for _, place := range []string{ecrRepository, elsewhere, without} {
		found, err := w.check(place + ":1")
		if err != nil || len(found.Receipts) != 1 || len(found.Refused) != 0 || found.Image != image {
			t.Fatalf("%s: %+v, %v", place, found, err)
		}
		want := receipt.Receipt{
			Repository: place, Digest: image, Time: at, Tool: tool,
			Source: receipt.Source{Repository: w.host + "/src", Tag: "1", Digest: image}, Verified: []receipt.Proof{},
		}
		if d := cmp.Diff(want, found.Receipts[0].Receipt); d != "" {
			t.Errorf("%s (-want +got):\n%s", place, d)
		}
	}
}

// Several tags of one image, at several destinations in one repository, have one receipt there.
func TestOneReceiptIsEnoughForAnImageAndASource(t *testing.T) {
	w := newWorld(t)
	image := w.push("src", "1", "1.0", "1.0.0", "latest")
	m := w.maker(nil)
	w.copy(t.Context(), m, "{}", w.host+"/src:1,1.0,1.0.0,latest", ecrRepository+":*")
	w.copy(t.Context(), m, "{}", w.host+"/src:1", ecrRepository+":a", ecrRepository+":b")
	found, err := w.check(ecrRepository + "@" + image.String())
	if err != nil || len(found.Receipts) != 1 || w.calls("kms.Sign") != 1 {
		t.Errorf("%+v, %v; %d signed", found, err, w.calls("kms.Sign"))
	}
}

// A slow key answers when it may.
type slow struct {
	receipting.Key
	asked        atomic.Int64
	begun, going chan struct{}
}

func (s *slow) Public(ctx context.Context) (kmssign.Public, error) {
	if s.asked.Add(1) == 1 {
		close(s.begun)
	}
	select {
	case <-s.going:
		return s.Key.Public(ctx)
	case <-ctx.Done():
		return kmssign.Public{}, ctx.Err()
	}
}

// A late context has those who wait by it go on late.
type late struct {
	context.Context
	once         sync.Once
	waits, until chan struct{}
}

func (l *late) Done() <-chan struct{} {
	l.once.Do(func() {
		close(l.waits)
		<-l.until
	})
	return l.Context.Done()
}

// One who has waited for another that gave up, and goes on when a third has put the receipt, puts none and asks nobody.
func TestWhoComesLateFindsTheReceiptPut(t *testing.T) {
	w := newWorld(t)
	image := w.push("src", "1")
	w.copy(t.Context(), nil, "{}", w.host+"/src:1", ecrRepository+":1")
	key := &slow{Key: w.signer(), begun: make(chan struct{}), going: make(chan struct{})}
	m := w.maker(func(o *receipting.Options) { o.Key = key })
	put := func(ctx context.Context) (mirror.Receipt, error) {
		report := &mirror.Report{
			Source: w.name(w.host + "/src:1"), SourceDigest: image,
			Results: []mirror.Result{{Name: w.name(ecrRepository + ":1"), State: mirror.Copied, Digest: image}},
		}
		m.Put(ctx, report)
		r := report.Results[0].Receipt
		return r, r.Err
	}
	first, giveUp := context.WithCancel(t.Context())
	second := &late{Context: t.Context(), waits: make(chan struct{}), until: make(chan struct{})}
	ended := make(chan error)
	go func() {
		_, err := put(first)
		ended <- err
	}()
	<-key.begun
	var wg sync.WaitGroup
	wg.Go(func() {
		if r, err := put(second); err != nil || r.Digest == "" {
			t.Errorf("the late one: %+v, %v", r, err)
		}
	})
	<-second.waits
	giveUp()
	if err := <-ended; !errors.Is(err, context.Canceled) {
		t.Errorf("the first: %v", err)
	}
	close(key.going)
	if r, err := put(t.Context()); err != nil || r.Digest == "" {
		t.Errorf("the third: %+v, %v", r, err)
	}
	close(second.until)
	wg.Wait()
	if n := key.asked.Load(); n != 2 {
		t.Errorf("asked for the key %d times", n)
	}
}

// A copy of a copy has a receipt of its own, beside that of the first, which comes along with the image.
func TestReceiptsComeAlong(t *testing.T) {
	w := newWorld(t)
	image := w.push("src", "1")
	w.copy(t.Context(), w.maker(nil), "{}", w.host+"/src:1", w.host+"/copy:1")
	w.copy(t.Context(), w.maker(nil), "{}", w.host+"/copy:1", ecrRepository+":1")
	found, err := w.check(ecrRepository + ":1")
	if err != nil || len(found.Receipts) != 2 {
		t.Fatalf("%+v, %v", found, err)
	}
	for _, from := range []string{"/src", "/copy"} {
		if !slices.ContainsFunc(found.Receipts, func(s receipting.Signed) bool {
			return s.Receipt.Source == receipt.Source{Repository: w.host + from, Tag: "1", Digest: image}
		}) {
			t.Errorf("none from %s: %+v", from, found.Receipts)
		}
	}
}

// A receipt says what was verified, and what was left out.
func TestAReceiptSaysWhatWasVerifiedAndLeftOut(t *testing.T) {
	w := newWorld(t)
	source := w.push("src", "1")
	w.verifier = verifier{verified()}
	m := w.maker(nil)
	for _, c := range []struct {
		options, tag string
		trimmed      *receipt.Trimmed
	}{
		{`{"platforms":["linux/amd64"],"verify":` + policy + `}`, "amd64", &receipt.Trimmed{Rule: "trim/1", Platforms: []string{"linux/amd64"}}},
		{`{"platforms":["linux/amd64","linux/arm64"],"verify":` + policy + `}`, "both", nil},
	} {
		w.copy(t.Context(), m, c.options, w.host+"/src:1", ecrRepository+":"+c.tag)
		found, err := w.check(ecrRepository + ":" + c.tag)
		if err != nil || len(found.Receipts) != 1 {
			t.Fatalf("%s: %+v, %v", c.tag, found, err)
		}
		r := found.Receipts[0].Receipt
		if d := cmp.Diff(c.trimmed, r.Trimmed); d != "" || !cmp.Equal(r.Verified, proofs()) ||
			r.Source.Digest != source || (r.Digest == source) != (c.trimmed == nil) {
			t.Errorf("%s: %+v (-want +got):\n%s", c.tag, r, d)
		}
	}
}

var errKey = errors.New("no key")

// A receipt that fails is told, and the image stays; another try makes up for it.
func TestAReceiptThatFailsDoesNotUnmakeTheCopy(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(*receipting.Options)
		passes bool
		says   string
	}{
		{"for good", func(o *receipting.Options) { o.Key = &failing{Key: o.Key, err: errKey, times: 1} }, false, "no key"},
		{"for now", func(o *receipting.Options) {
			o.Key = &failing{Key: o.Key, err: transient.New("KMS is busy"), times: 1}
		}, true, "KMS is busy"},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t)
			image := w.push("src", "1")
			m := w.maker(c.change)
			report := w.copy(t.Context(), m, "{}", w.host+"/src:1", ecrRepository+":1")[0]
			r := report.Results[0]
			var sided *mirror.Error
			if r.State != mirror.Copied || r.Err != nil || r.Digest != image || r.Transient != c.passes ||
				!errors.As(r.Receipt.Err, &sided) || sided.Side != mirror.Destination || r.Receipt.Digest != "" {
				t.Errorf("%+v", r)
			}
			if err := report.Err(); err == nil || !strings.Contains(err.Error(), "putting its receipt: ") ||
				!strings.Contains(err.Error(), c.says) {
				t.Errorf("%v", err)
			}
			if _, err := w.check(ecrRepository + ":1"); !errors.Is(err, receipting.ErrNone) {
				t.Errorf("checked: %v", err)
			}
			again := w.copy(t.Context(), w.maker(nil), "{}", w.host+"/src:1", ecrRepository+":1")[0]
			if r := again.Results[0]; r.State != mirror.Current || r.Failure() != nil || !r.Receipt.Made {
				t.Errorf("again: %+v", r)
			}
		})
	}
}

// Where nothing is in a registry, or nothing was copied, there is no receipt.
func TestWhatGetsNoReceipt(t *testing.T) {
	w := newWorld(t)
	w.push("src", "1")
	for _, to := range []string{"oci:" + t.TempDir() + "/layout:1", "dir:" + t.TempDir() + "/d", ecrRepository + "-absent:1"} {
		r := w.copy(t.Context(), w.maker(nil), "{}", w.host+"/src:1", to)[0].Results[0]
		if r.Receipt != (mirror.Receipt{}) {
			t.Errorf("%s: %+v", to, r.Receipt)
		}
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	m := w.maker(nil)
	report := &mirror.Report{Source: w.name(w.host + "/src:1"), Results: []mirror.Result{
		{Name: w.name(ecrRepository + ":1"), State: mirror.Copied, Digest: digest.FromString("x")},
	}}
	m.Put(ended, report)
	if err := report.Results[0].Receipt.Err; !errors.Is(err, context.Canceled) {
		t.Errorf("after the end: %v", err)
	}
	if n := w.calls("kms.Sign"); n != 0 {
		t.Errorf("%d signed", n)
	}
}

// docs/receipts.md says what a receipt costs: one that is put, and one that is there.
func TestWhatAReceiptCosts(t *testing.T) {
	w := newWorld(t)
	w.push("src", "1")
	w.copy(t.Context(), nil, "{}", w.host+"/src:1", ecrRepository+":1")
	for _, want := range []map[string]int64{
		{
			"kms.GetPublicKey": 1, "kms.Sign": 1, "ecr.ListImageReferrers": 1, "ecr.BatchGetImage": 1, "ecr.PutImage": 1,
			"ecr.BatchCheckLayerAvailability": 1, "ecr.InitiateLayerUpload": 2, "ecr.UploadLayerPart": 2,
			"ecr.CompleteLayerUpload": 2, "ecr.DescribeImages": 2, // one of them is the copy's
		},
		{
			"kms.GetPublicKey": 1, "ecr.ListImageReferrers": 1, "ecr.BatchGetImage": 1, "ecr.GetDownloadUrlForLayer": 1,
			"s3.GetObject": 1, "ecr.DescribeImages": 2,
		},
	} {
		w.aws.Stats().Reset()
		w.copy(t.Context(), w.maker(nil), "{}", w.host+"/src:1", ecrRepository+":1")
		if d := cmp.Diff(want, w.aws.Stats().Snapshot().Calls); d != "" {
			t.Errorf("-want +got:\n%s", d)
		}
	}
}

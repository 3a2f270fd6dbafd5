package ledger_test

import (
	"errors"
	"testing"

	"github.com/opencontainers/go-digest"

	"ecrmirror/internal/ledger"
)

// Where platforms are left out, what the destination should have is another digest than the source's. A claim and a
// failure are of both, so that other platforms of the same image are other work.
func TestOtherPlatformsAreOtherWork(t *testing.T) {
	three := digest.FromString("three")
	trimmed := func(wanted digest.Digest, by string) func(*ledger.Check) {
		return func(c *ledger.Check) { c.Wanted, c.By = wanted, by }
	}
	const arm, amd = "trim/1 linux/arm64", "trim/1 linux/amd64"
	d, err := ledger.Destination{}.After(check(trimmed(two, arm)))
	if err != nil || d.Wanted != two || d.From != one || d.By != arm {
		t.Fatalf("%+v, %v", d, err)
	}
	d.Claim = ledger.Claimed("app-1", "", check(trimmed(two, arm)), now)
	d.Claim.Job = "j"
	if !d.Claim.IsFor(check(trimmed(two, arm))) || d.Claim.IsFor(check(trimmed(three, amd))) || d.Claim.IsFor(check()) {
		t.Errorf("%+v", d.Claim)
	}
	d.Outcome = ledger.Outcome{Job: "j", From: one, Error: "denied"}
	failed, err := d.After(check(trimmed(two, arm)))
	if err == nil || failed.Failure.Times != 1 {
		t.Errorf("the job's failure is not counted: %+v, %v", failed.Failure, err)
	}
	other, err := failed.After(check(trimmed(three, amd)))
	if err != nil || other.Wanted != three || other.By != amd {
		t.Errorf("other platforms wait: %+v, %v", other, err)
	}
	if other, err = d.After(check(trimmed(three, amd))); err != nil || other.Failure.Waits(
		ledger.Asked{From: one, Wanted: three}, now) {
		t.Errorf("the failure of others counts: %+v, %v", other.Failure, err)
	}
	if died, err := d.Died("killed", check(trimmed(three, amd))); err != nil || died != d {
		t.Errorf("the death of others counts: %+v, %v", died.Failure, err)
	}
	d.Outcome = ledger.Outcome{Job: "j", From: one, Digest: two}
	arrived, err := d.After(check(trimmed(two, arm), func(c *ledger.Check) { c.Has = two }))
	if err != nil || arrived.Wrote != two || arrived.Claim.Request != "" {
		t.Errorf("%+v, %v", arrived, err)
	}
	for _, c := range []struct {
		unlike bool
		err    error
	}{{true, ledger.ErrContested}, {false, nil}} {
		same, err := arrived.After(check(trimmed(three, amd), func(k *ledger.Check) { k.Unlike = c.unlike }))
		if !errors.Is(err, c.err) || (same == arrived) != c.unlike {
			t.Errorf("another entry of the image wants others, %v: %+v, %v", c.unlike, same, err)
		}
	}
}

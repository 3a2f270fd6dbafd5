package ledger_test

import (
	"testing"
	"time"

	"github.com/opencontainers/go-digest"

	"ecrmirror/internal/imagename"
	"ecrmirror/internal/ledger"
)

var (
	now      = time.Date(2026, 11, 27, 12, 0, 0, 0, time.UTC)
	one, two = digest.FromString("one"), digest.FromString("two")
)

// An image has one record, however it is written.
func TestKeyOf(t *testing.T) {
	for _, c := range []struct{ image, repository, tag string }{
		{"alpine", "docker.io/library/alpine", "latest"},
		{"registry-1.docker.io/library/alpine:3", "docker.io/library/alpine", "3"},
		{"GHCR.io:443/org/app:1", "ghcr.io/org/app", "1"},
		{
			"123456789012.dkr.ecr-fips.us-east-1.amazonaws.com/app:1",
			"123456789012.dkr.ecr.us-east-1.amazonaws.com/app", "1",
		},
		{"ghcr.io/org/app:1@" + one.String(), "ghcr.io/org/app", "1"},
		{"ghcr.io/org/app@" + one.String(), "ghcr.io/org/app", "@" + one.String()},
	} {
		name, err := imagename.ParseImage(c.image)
		if err != nil {
			t.Fatal(err)
		}
		if got := ledger.KeyOf(name); got != (ledger.Key{Repository: c.repository, Tag: c.tag}) {
			t.Errorf("%s: %+v", c.image, got)
		}
	}
}

func TestASourceKeepsTheTimeOfItsDigest(t *testing.T) {
	s, changed := ledger.Source{}.Seen(one, now)
	if want := (ledger.Source{Digest: one, Since: now}); s != want || !changed {
		t.Errorf("%+v", s)
	}
	for _, same := range []digest.Digest{one, ""} { // not known is not gone
		if again, changed := s.Seen(same, now.Add(time.Hour)); again != s || changed {
			t.Errorf("%+v, %v", again, changed)
		}
	}
	later := ledger.Source{Later: true}
	if s, changed := later.Seen(one, now); s != later || changed {
		t.Errorf("a record of a later version was changed: %+v", s)
	}
	moved, changed := s.Seen(two, now.Add(time.Hour))
	if want := (ledger.Source{Digest: two, Since: now.Add(time.Hour), Before: one}); moved != want || !changed {
		t.Errorf("%+v", moved)
	}
}

// unfinished are jobs that have not ended, by id and by name.
type unfinished map[string]bool

func (u unfinished) Job(id string) bool       { return u["id "+id] }
func (u unfinished) Request(name string) bool { return u["name "+name] }

func TestAClaimIsLive(t *testing.T) {
	claim := ledger.Claimed("app-1", "", ledger.Check{From: one, Wanted: one}, now)
	submitted := claim
	submitted.Job = "j"
	for _, c := range []struct {
		what  string
		claim ledger.Claim
		jobs  unfinished
		after time.Duration
		want  bool
	}{
		{"no claim", ledger.Claim{}, nil, 0, false},
		{"about to be submitted", claim, nil, ledger.SubmitWithin, true},
		{"somebody's whose clock is an hour behind", claim, nil, ledger.SubmitWithin + ledger.ClockSkew, true},
		{"left behind", claim, nil, ledger.ClaimFor, false},
		{"submitted, and the reply was lost", claim, unfinished{"name app-1": true}, ledger.ClaimFor, true},
		{"in flight", submitted, unfinished{"id j": true}, 100 * time.Hour, true},
		{"ended", submitted, unfinished{}, 0, false},
		{"ended; another's is in flight", submitted, unfinished{"id k": true, "name app-2": true}, 0, false},
	} {
		if got := c.claim.Live(c.jobs, now.Add(c.after)); got != c.want {
			t.Errorf("%s: %v", c.what, got)
		}
	}
}

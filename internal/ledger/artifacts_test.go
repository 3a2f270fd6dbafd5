package ledger

import (
	"fmt"
	"testing"
	"time"

	"github.com/opencontainers/go-digest"
)

var (
	lookedAt = time.Date(2026, 11, 28, 6, 30, 0, 0, time.UTC)
	imageKey = Key{Repository: "r.test/app", Tag: "1"}
)

const (
	image digest.Digest = "sha256:a"
	other digest.Digest = "sha256:b"
)

func ago(d time.Duration) time.Time { return lookedAt.Add(-d) }

// A new image is looked at when it came, 10 minutes, an hour and 6 hours later, and then once a day; what is lacking
// after the same times again.
func TestWhenArtifactsAreLookedAt(t *testing.T) {
	const minute, hour = time.Minute, time.Hour
	for _, c := range []struct {
		name  string
		a     Artifacts
		since time.Time
		want  time.Duration // from now; -1 = some time of the next day
	}{
		{"it has just come", Artifacts{}, lookedAt, 0},
		{"it came an hour ago", Artifacts{}, ago(hour), 0},
		{"another image before", Artifacts{Of: other, Looked: ago(1)}, ago(200 * hour), 0},
		{"looked at once", Artifacts{Of: image, Looked: lookedAt}, lookedAt, 10 * minute},
		{"looked at late", Artifacts{Of: image, Looked: lookedAt}, ago(11 * minute), 49 * minute},
		{"looked at after an hour", Artifacts{Of: image, Looked: lookedAt}, ago(hour), 5 * hour},
		{"looked at after 6 hours", Artifacts{Of: image, Looked: lookedAt}, ago(6 * hour), -1},
		{"a year old", Artifacts{Of: image, Looked: lookedAt}, ago(9000 * hour), -1},
		{"it lacks something, no job asked", Artifacts{Of: image, Looked: lookedAt, Lacks: true}, ago(hour), 0},
		{"a job asked", Artifacts{Of: image, Looked: lookedAt, Lacks: true, Asked: lookedAt, Jobs: 1}, ago(99 * hour), 10 * minute},
		{"a second", Artifacts{Of: image, Looked: lookedAt, Lacks: true, Asked: lookedAt, Jobs: 2}, ago(99 * hour), hour},
		{"a third", Artifacts{Of: image, Looked: lookedAt, Lacks: true, Asked: lookedAt, Jobs: 3}, ago(99 * hour), 6 * hour},
		{"a fourth", Artifacts{Of: image, Looked: lookedAt, Lacks: true, Asked: lookedAt, Jobs: 4}, ago(99 * hour), -1},
		{"a ninth", Artifacts{Of: image, Looked: lookedAt, Lacks: true, Asked: lookedAt, Jobs: 9}, ago(99 * hour), -1},
	} {
		got := c.a.NextLook(imageKey, image, c.since, 0, lookedAt).Sub(lookedAt)
		if c.want >= 0 && got != c.want || c.want < 0 && (got <= 0 || got > EveryLook) {
			t.Errorf("%s: in %v, want %v", c.name, got, c.want)
		}
	}
}

// Images that were there before are looked at in the course of a week, about as many each day, and unchanged ones in
// the course of each day, about as many each hour.
func TestLooksAreSpread(t *testing.T) {
	const images = 7_000
	days, hours := map[int]int{}, map[int]int{}
	for i := range images {
		k := Key{Repository: "r.test/app", Tag: fmt.Sprint(i)}
		var a Artifacts
		first, now := time.Time{}, lookedAt
		for day := 0; first.IsZero() && day <= 7; day++ {
			if at := a.NextLook(k, image, ago(9000*time.Hour), 0, now); !at.After(now) {
				first = now
				days[day]++
			}
			now = now.Add(24 * time.Hour)
		}
		if first.IsZero() {
			t.Fatalf("%s was not looked at in a week", k)
		}
		a = Artifacts{Of: image, Looked: first}
		next := a.NextLook(k, image, ago(9000*time.Hour), 0, first)
		hours[next.Hour()]++
		a.Looked = next
		if again := a.NextLook(k, image, ago(9000*time.Hour), 0, next); again.Sub(next) != EveryLook {
			t.Fatalf("%s: %v after the last look", k, again.Sub(next))
		}
	}
	for day := range 7 {
		if n := days[day]; n < images/7*8/10 || n > images/7*12/10 {
			t.Errorf("day %d: %d of %d images", day, n, images)
		}
	}
	for hour := range 24 {
		if n := hours[hour]; n < images/24*7/10 || n > images/24*13/10 {
			t.Errorf("hour %d: %d of %d images", hour, n, images)
		}
	}
}

// What jobs were asked for is remembered as long as that is still what is lacking.
func TestAfterLook(t *testing.T) {
	asked := Artifacts{Of: image, Found: "x", Lacks: true}.AfterAsking(ago(time.Hour)).AfterAsking(lookedAt)
	for _, c := range []struct {
		of    digest.Digest
		found string
		lacks bool
		jobs  int
	}{
		{image, "x", true, 2}, {image, "x", false, 0}, {image, "y", true, 0}, {other, "x", true, 0},
	} {
		if got := asked.AfterLook(c.of, c.found, c.lacks, lookedAt); got.Jobs != c.jobs || got.Lacks != c.lacks ||
			got.Asked.IsZero() != (c.jobs == 0) {
			t.Errorf("%+v: %+v", c, got)
		}
	}
}

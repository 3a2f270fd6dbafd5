package mirror

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/opencontainers/go-digest"

	"ecrmirror/internal/imagename"
	"ecrmirror/internal/mirror/lanes"
	"ecrmirror/internal/mirror/port"
	"ecrmirror/internal/sleep"
)

// answering are images whose digests come after so long each; all have the same.
type answering struct {
	port.Images
	after map[string]time.Duration
}

func (a answering) Digest(ctx context.Context, n imagename.Name) (digest.Digest, error) {
	return digest.FromString("image"), sleep.For(ctx, a.after[n.Repository])
}

// A destination that takes long to say what it holds keeps nobody waiting who has said it; one alone is waited for.
func TestLateAnswers(t *testing.T) {
	for _, tt := range []struct {
		name    string
		after   map[string]time.Duration
		pending int
		took    time.Duration
	}{
		{"all at once", nil, 0, 0},
		{"one is late", map[string]time.Duration{"c": 14 * time.Second}, 1, lateAnswer},
		{
			"one after the other",
			map[string]time.Duration{"b": 4 * time.Second, "c": 8 * time.Second},
			0,
			8 * time.Second,
		},
		{
			"the source is late",
			map[string]time.Duration{"src": time.Minute, "c": 64 * time.Second},
			0,
			64 * time.Second,
		},
		{
			"all are late",
			map[string]time.Duration{"a": time.Minute, "b": time.Minute, "c": time.Minute},
			0, time.Minute,
		},
	} {
		synctest.Test(t, func(t *testing.T) {
			begun := time.Now()
			var names []imagename.Name
			for _, repository := range []string{"src", "a", "b", "c"} {
				name, err := imagename.ParseImage("registry.test/" + repository + ":1")
				if err != nil {
					t.Fatal(err)
				}
				names = append(names, name)
			}
			images, opts := answering{after: tt.after}, Options{}.withDefaults()
			report := newReport(names[0], names[1:])
			err := newInquiry(images, opts, newBatch(1, opts, lanes.Slots{}), report).compare(t.Context())
			if got := len(report.pending()); err != nil || got != tt.pending || time.Since(begun) != tt.took {
				t.Errorf("%s: %d pending after %v, %v", tt.name, got, time.Since(begun), err)
			}
		})
	}
}

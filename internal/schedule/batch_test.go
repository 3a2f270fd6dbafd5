package schedule

import (
	"fmt"
	"strings"
	"testing"

	"ecrmirror/internal/entry"
)

// A wave holds so many images and so much text, however few entries that are, and no less than one entry.
func TestAWaveIsBoundedByImagesAndText(t *testing.T) {
	for _, c := range []struct {
		name         string
		destinations int
		text         int // of each
		failing      int // text of why it is
		verify       int // text of who must have signed
		selection    string
		want         int // entries
	}{
		{"of one destination", 1, 30, 0, 0, "", waveImages / 2},
		{"of many destinations", 1999, 30, 0, 0, "", waveImages / 2000},
		{"of long names", 1000, 256, 0, 0, "", waveBytes / (2 * 256 * 1000)},
		{"of long statuses", 10, 30, 1000, 0, "", waveBytes / (10*(60+1000) + 6)},
		{"of long policies", 1, 30, 0, 1 << 16, "", waveBytes / (1<<16 + 60 + 6)},
		{"of one long policy", 1, 30, 0, 1 << 16, "r.io/**", waveImages / 2},
		{"of one that is too much", waveImages, 30, 0, 0, "", 1},
	} {
		e := entry.Entry{
			Source: "r.io/a", Selection: c.selection,
			Status: entry.Status{Destinations: map[string]entry.DestinationStatus{}},
		}
		e.Verify = strings.Repeat("x", c.verify)
		for i := range c.destinations {
			name := fmt.Sprintf("%0*d", c.text, i)
			e.Destinations = append(e.Destinations, name)
			if c.failing > 0 {
				e.Status.Destinations[name] = entry.DestinationStatus{Error: strings.Repeat("x", c.failing)}
			}
		}
		var b Batch
		for !b.Full(e) {
			b.Add(e)
		}
		if len(b.Entries) != c.want {
			t.Errorf("%s: %d entries, want %d", c.name, len(b.Entries), c.want)
		}
		b.Clear()
		if b.Full(e) || len(b.Entries) > 0 {
			t.Errorf("%s: it is full after it was cleared", c.name)
		}
	}
}

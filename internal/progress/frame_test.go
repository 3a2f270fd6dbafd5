package progress

import (
	"strings"
	"testing"
	"time"
)

// TestFrameFits draws numbers of all lengths for terminals of all widths: no line reaches the
// last column, where terminals differ, and all bars of a frame are equally wide.
func TestFrameFits(t *testing.T) {
	begin := time.Unix(1000, 0)
	for _, now := range []snapshot{
		{blobs: 1},
		{blobs: 1, done: 1, moved: begin},
		{blobs: 6, done: 1, moved: begin, size: 900 * mib, bytes: 10 * mib, rate: mib, moving: []movingBlob{
			{digest: blobOf("a"), size: 700 * mib, read: 9 * mib, rate: mib},
			{digest: blobOf("b"), size: -1, read: mib},
			{digest: blobOf("c")},
		}},
		{
			blobs: 100, done: 33, failed: 11, moved: begin, size: 9000 << 30, bytes: 3000 << 30, rate: 90 << 30,
			moving: []movingBlob{
				{digest: blobOf("a"), size: 5000 << 30, read: 1000 << 30, rate: 90 << 30},
			},
		},
	} {
		now.started, now.at = begin, begin.Add(10*time.Second)
		for width := 1; width < 250; width++ {
			lines := frame(now, width, 24)
			if len(lines) != len(now.moving)+1 {
				t.Fatalf("%d columns: %d lines", width, len(lines))
			}
			bar := strings.IndexByte(lines[0], ']')
			for _, line := range lines {
				if len(line) >= width {
					t.Errorf("%d columns: %d in %q", width, len(line), line)
				}
				if strings.IndexByte(line, ']') != bar {
					t.Errorf("%d columns: bars end in different columns:\n%s", width, strings.Join(lines, "\n"))
				}
			}
			if width >= 60 && bar < 0 {
				t.Errorf("%d columns: no bar:\n%s", width, strings.Join(lines, "\n"))
			}
		}
	}
}

func TestPercent(t *testing.T) {
	for _, c := range []struct {
		row  row
		want string
	}{
		{row{size: 10}, "0%"},
		{row{size: 10, read: 9}, "90%"},
		{row{size: 10, read: 10}, "100%"},
		{row{size: -1, read: 10}, ""},
		{row{size: 0}, "0%"},
		{row{size: 0, complete: true}, "100%"},
	} {
		if got := c.row.percent(); got != c.want {
			t.Errorf("%+v: %q, want %q", c.row, got, c.want)
		}
	}
}

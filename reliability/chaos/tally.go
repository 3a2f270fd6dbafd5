package main

import (
	"fmt"
	"strings"
	"time"

	"ecrmirror/testkit/programs"
)

// missed returns what of ours is not as it should be: copies that ended wrongly, and too many bytes read.
func (c *chaos) missed() (list []string) {
	for _, a := range c.attempts {
		if a.Program == programs.Ours && a.Outcome == wrong {
			list = append(list, strings.TrimSpace(fmt.Sprintf("%s, run %d %s", a.Fault, a.Run, a.Image))+": "+a.Why)
		}
	}
	for _, f := range c.faults {
		if t := c.tally(f, programs.Ours); f.extra > 0 && t.extra > f.extra {
			list = append(list, fmt.Sprintf("%s: %.1f%% of the image's bytes were read again, %.0f%% are promised",
				f.id, 100*t.extra, 100*f.extra))
		}
	}
	return list
}

// A tally sums up the copies of one fault by one program.
type tally struct {
	runs, exact, honest, wrong, hangs, again int
	broke                                    int64
	// bytes read beyond the image's, in images, mean of the exact copies; read is false where that is not known
	extra float64
	read  bool
	worst time.Duration
	why   []string
}

func (c *chaos) tally(f fault, program string) (t tally) {
	var read, size int64
	for _, a := range c.attempts {
		if a.Fault != f.id || a.Program != program {
			continue
		}
		t.runs++
		t.broke += a.Broke
		t.worst = max(t.worst, a.Wall)
		switch a.Outcome {
		case exact:
			t.exact++
			read, size = read+a.Read, size+a.Size
		case honest:
			t.honest++
		default:
			t.wrong++
			t.why = append(t.why, a.Why)
		}
		if a.Hang {
			t.hangs++
		}
		if a.Again {
			t.again++
		}
	}
	if t.read = size > 0; t.read {
		t.extra = float64(read)/float64(size) - 1
	}
	return t
}

func columns() []string {
	return []string{"runs", "exact", "honest", "wrong", "faults", "extra bytes", "worst time"}
}

func (t tally) cells() []string {
	honest := fmt.Sprint(t.honest)
	if t.again > 0 {
		honest += fmt.Sprintf(" (%d complete when run again)", t.again)
	}
	return []string{
		fmt.Sprint(t.runs), fmt.Sprint(t.exact), honest, fmt.Sprint(t.wrong), fmt.Sprint(t.broke), t.extraText(),
		fmt.Sprintf("%.1f s", t.worst.Seconds()),
	}
}

func (t tally) extraText() string {
	if t.exact == 0 || !t.read {
		return "–"
	}
	return fmt.Sprintf("%.1f%%", 100*max(t.extra, 0))
}

// short says the same in one cell.
func (t tally) short() string {
	var parts []string
	for _, part := range []struct {
		n    int
		what string
	}{{t.exact, "exact"}, {t.honest, "failed"}, {t.hangs, "hung"}, {t.wrong - t.hangs, "WRONG"}} {
		if part.n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", part.n, part.what))
		}
	}
	s := strings.Join(parts, ", ")
	if t.exact > 0 {
		s += ", +" + t.extraText()
	}
	return s + fmt.Sprintf(", %.1f s", t.worst.Seconds())
}

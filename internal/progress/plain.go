package progress

import (
	"fmt"
	"io"
	"time"

	"ecrmirror/internal/output"
)

const (
	// plainEvery is the least time between two summaries in a log, and before the first.
	plainEvery = 10 * time.Second
	// plainBlob is how long a blob takes at least that is worth a line of its own.
	plainBlob = 30 * time.Second
)

// plain writes lines for a log. A copy that is quick writes none.
type plain struct {
	w     io.Writer
	last  snapshot // at the last summary
	spoke bool
}

func newPlain(w io.Writer) *plain { return &plain{w: w} }

func (p *plain) interval() time.Duration { return time.Second }

func (p *plain) show(events []event, now snapshot) {
	p.events(events, now)
	since := p.last.at
	if since.IsZero() {
		since = now.started
	}
	if now.started.IsZero() || now.at.Sub(since) < plainEvery || !p.news(now) {
		return
	}
	p.last = now
	p.line(summary(now))
}

func (p *plain) close(events []event, now snapshot) {
	p.events(blobsOf(events), now) // destinations come next, in the result
	if p.spoke {
		p.line(conclusion(now))
	}
}

// news reports whether a summary would say anything new.
func (p *plain) news(now snapshot) bool {
	return now.read != p.last.read || now.done != p.last.done || now.failed != p.last.failed || p.last.rate >= 1
}

// events writes about those that matter in a copy that takes long.
func (p *plain) events(events []event, now snapshot) {
	for _, e := range events {
		switch {
		case e.kind == blobDone && e.elapsed >= plainBlob && e.err == nil:
			p.line(fmt.Sprintf("copied blob %s, %s in %s, %s",
				short(e.digest), output.Bytes(e.bytes), seconds(e.elapsed),
				speed(float64(e.bytes)/e.elapsed.Seconds())))
		case e.interrupted: // the conclusion says so
		case e.kind == blobDone && e.elapsed >= plainBlob:
			p.line(fmt.Sprintf("failed blob %s after %s", short(e.digest), seconds(e.elapsed)))
		case e.kind == destinationSetAside:
			p.line("set aside destination " + e.destination +
				": it held up faster ones, and what it lacks is read again for it")
		case e.kind == destinationDone && e.err != nil && !now.started.IsZero() && e.at.Sub(now.started) >= plainEvery:
			p.line("failed destination " + e.destination) // why is said at the end
		}
	}
}

func (p *plain) line(text string) {
	p.spoke = true
	_, _ = io.WriteString(p.w, text+"\n") // nothing can be done about it
}

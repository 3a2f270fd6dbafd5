package schedule

import (
	"slices"
	"time"

	"ecrmirror/internal/entry"
)

// A choice is some of the entries that are put off. Each host has the same share of half a wave, so that what comes
// first there is found within the memory of a wave; but one that is slow no more than it may answer for.
type choice struct {
	hosts *Hosts
	lists map[*Host]*list
	total load // of all lists
}

// A list is what is chosen of a host.
type list struct {
	load       load
	candidates []candidate
	// its share
	mostImages, mostText int
}

// leastShare is how many images a host is asked for in a turn although it has answered for none before.
const leastShare = 64

type candidate struct {
	entry entry.Entry
	place Place
}

func newChoice(known *Hosts, all map[identity]waiting, turn time.Duration) *choice {
	c := &choice{hosts: known, lists: map[*Host]*list{}}
	for _, w := range all {
		if c.lists[w.host] == nil {
			c.lists[w.host] = &list{}
		}
	}
	for h, l := range c.lists {
		l.mostImages = min(waveImages/2/len(c.lists), leastShare+int(2*h.answers()*turn.Seconds()))
		l.mostText = waveBytes / 2 / len(c.lists)
	}
	return c
}

// add adds an entry that waits for a host, unless others come first.
func (c *choice) add(h *Host, e entry.Entry) {
	if c.total.full(e) {
		for _, l := range c.lists {
			c.cut(l)
		}
	}
	if c.total.full(e) {
		return
	}
	l := c.lists[h]
	l.candidates = append(l.candidates, candidate{e, c.hosts.Place(h.named(), &e)})
	l.load.count(e, 1)
	c.total.count(e, 1)
	if l.load.images > 2*l.mostImages || l.load.bytes > 2*l.mostText {
		c.cut(l)
	}
}

// cut leaves a host its share of the choice, one entry at least.
func (c *choice) cut(l *list) {
	slices.SortFunc(l.candidates, func(a, b candidate) int { return a.place.Compare(b.place) })
	for last := len(l.candidates) - 1; last > 0 && (l.load.images > l.mostImages || l.load.bytes > l.mostText); last-- {
		l.load.count(l.candidates[last].entry, -1)
		c.total.count(l.candidates[last].entry, -1)
		l.candidates[last] = candidate{}
		l.candidates = l.candidates[:last]
	}
}

// end returns what is chosen.
func (c *choice) end() (entries []entry.Entry) {
	for _, l := range c.lists {
		c.cut(l)
		for _, candidate := range l.candidates {
			entries = append(entries, candidate.entry)
		}
	}
	return entries
}

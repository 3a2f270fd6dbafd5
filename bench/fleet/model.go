package main

import "time"

// A model says how long the attempts of jobs take.
type model struct {
	startUp time.Duration // of a container
	copying time.Duration // of an image alone
	share   float64       // part of that which each further image of an attempt takes
}

// attempt returns when each image of an attempt is done with, from its start on, and when it ends. What was current
// takes no time; what failed takes as long as what was copied.
func (m model) attempt(images []outcome) (done []time.Duration, end time.Duration) {
	end, next := m.startUp, m.copying
	for _, image := range images {
		if image.State != current {
			end += next
			next = time.Duration(float64(m.copying) * m.share)
		}
		done = append(done, end)
	}
	return done, end
}

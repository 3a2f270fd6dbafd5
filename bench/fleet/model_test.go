package main

import (
	"slices"
	"testing"
	"time"
)

const second = time.Second

// images returns outcomes of these states, of images a, b, c...
func images(states ...string) (all []outcome) {
	for i, state := range states {
		all = append(all, outcome{Source: string(rune('a' + i)), State: state})
	}
	return all
}

func TestAttempt(t *testing.T) {
	m := model{startUp: 45 * second, copying: 5 * second, share: 0.4}
	for _, c := range []struct {
		name   string
		images []outcome
		done   []time.Duration
		end    time.Duration
	}{
		{"one", images(copied), []time.Duration{50 * second}, 50 * second},
		{"none", nil, nil, 45 * second},
		{
			"several", images(copied, copied, copied),
			[]time.Duration{50 * second, 52 * second, 54 * second},
			54 * second,
		},
		{"what is current takes no time", images(current, copied), []time.Duration{45 * second, 50 * second}, 50 * second},
		{
			"what fails takes as long as what does not", images(failed, copied, current),
			[]time.Duration{50 * second, 52 * second, 52 * second},
			52 * second,
		},
	} {
		if done, end := m.attempt(c.images); !slices.Equal(done, c.done) || end != c.end {
			t.Errorf("%s: %v, %v; want %v, %v", c.name, done, end, c.done, c.end)
		}
	}
}

func TestSoManyOfAHundredFail(t *testing.T) {
	for _, c := range []struct{ n, ofHundred, want int }{
		{1000, 0, 0}, {1000, 5, 50}, {1000, 100, 1000}, {50, 5, 2}, {10, 5, 0}, {20, 5, 1},
	} {
		got := 0
		for i := range c.n {
			if fails(i, c.ofHundred) {
				got++
			}
		}
		if got != c.want {
			t.Errorf("%d%% of %d: %d, want %d", c.ofHundred, c.n, got, c.want)
		}
	}
}

func TestOutcomes(t *testing.T) {
	const one = `{"source":"a","destinations":[{"name":"x","state":"copied"}]}`
	const two = `{"source":"b","destinations":[{"name":"y","state":"failed"}]}`
	for _, c := range []struct {
		report string
		want   []outcome
	}{
		{one, images(copied)},
		{"[" + one + "," + two + "]\n", images(copied, failed)},
	} {
		if got, err := outcomes([]byte(c.report)); err != nil || !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, %v; want %v", c.report, got, err, c.want)
		}
	}
	for _, report := range []string{"", "mirror: wrong usage", `{"source":"a","destinations":[]}`} {
		if got, err := outcomes([]byte(report)); err == nil {
			t.Errorf("%q: %v, want an error", report, got)
		}
	}
}

package mirror

import (
	"errors"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"ecrmirror/internal/chunked"
)

// anyRate is a least rate that every destination has.
var anyRate = chunked.LeastRate{BytesPerSecond: -1}

func repeated(n, size int) []int {
	list := make([]int, n)
	for i := range list {
		list[i] = size
	}
	return list
}

// However slow some destinations are, each has the image within twice the time that it takes alone, and what
// convoys take to find out.
func TestNobodyIsHeldUp(t *testing.T) {
	eight := []float64{16 * mb, 8 * mb, 4 * mb, 2 * mb, mb, mb / 2, mb / 4, mb / 8}
	for _, tt := range []struct {
		name string
		journey
		slack time.Duration
	}{
		{"a fast one and one of 20 kB/s", journey{blobs: []int{24 * mib}, rates: []float64{16 * mb, 20 * kb}}, 0},
		{"a slow one first", journey{blobs: []int{24 * mib}, rates: []float64{20 * kb, 16 * mb}}, 0},
		{"eight speeds", journey{blobs: []int{24 * mib}, rates: eight}, 0},
		{
			"eight speeds, many blobs, little memory",
			journey{blobs: repeated(24, mib), rates: eight, budget: 8 * mib},
			10 * time.Second,
		},
		{"eight speeds, small blobs", journey{blobs: repeated(100, 50*kb), rates: eight}, 4 * time.Second},
		{"eight speeds, parts", journey{blobs: []int{12 * mib, 12 * mib}, rates: eight, parts: 2 * mib}, 0},
		{"parts, memory for one", journey{
			blobs: []int{24 * mib}, rates: []float64{16 * mb, mb, 60 * kb},
			parts: 5 * mib, budget: 8 * mib,
		}, 3 * time.Second},
		{"more blobs than are copied at a time", journey{
			blobs: repeated(60, mib/2), rates: []float64{16 * mb, 40 * kb},
			budget: 512 * mib,
		}, 0},
		{"more blobs than fit in memory", journey{
			blobs: repeated(24, mib), rates: []float64{16 * mb, 20 * kb},
			budget: 8 * mib,
		}, 0},
		{"slow to answer", journey{blobs: repeated(4, mib), rates: []float64{16 * mb, 16 * mb}, change: func(i int,
			p *paced,
		) {
			p.answers = time.Duration(i) * 14 * time.Second
		}}, time.Second},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				j := tt.journey
				j.opts.LeastRate = anyRate
				j.travel(t)
				for i := range j.rates {
					alone, took := j.alone(i), j.took(i)
					t.Logf("%6.0f kB/s: alone %8.2f s, in company %8.2f s", j.rates[i]/kb,
						alone.Seconds(), took.Seconds())
					if err := j.places[i].failure(); err != nil || took > 2*alone+tt.slack {
						t.Errorf("%.0f kB/s: took %v, alone %v, %v", j.rates[i]/kb, took, alone, err)
					}
				}
				if j.again == 0 || j.places[slices.Index(j.rates, slices.Max(j.rates))].results[0].SetAside {
					t.Errorf("%d bytes were read again", j.again)
				}
			})
		})
	}
}

// Destinations that keep up stay together, though each now and then takes no byte for a while; and so do all
// where the source is to be read once.
func TestThoseThatKeepUpStayTogether(t *testing.T) {
	for _, tt := range []struct {
		name string
		journey
	}{
		{"equal ones", journey{rates: []float64{8 * mb, 8 * mb, 8 * mb, 8 * mb}}},
		{"one takes half as long again", journey{rates: []float64{8 * mb, 5.5 * mb}}},
		{"equal ones that pause in turn", journey{
			rates: []float64{8 * mb, 8 * mb, 8 * mb},
			pause: 90 * time.Millisecond,
		}},
		{"equal ones that send parts", journey{
			rates: []float64{8 * mb, 8 * mb, 8 * mb}, parts: 5 * mib,
			budget: 8 * mib,
		}},
		{"one that is slow, by choice", journey{rates: []float64{8 * mb, mb / 2}, opts: Options{ReadOnce: true}}},
		{"one alone", journey{rates: []float64{40 * kb}}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				j := tt.journey
				j.blobs = []int{20 * mib, 3 * mib}
				j.opts.LeastRate = anyRate
				j.travel(t)
				for i, place := range j.places {
					if place.failure() != nil || place.results[0].SetAside {
						t.Errorf("%d: %v, set aside %v", i, place.failure(), place.results[0].SetAside)
					}
				}
				if j.read != 23*mib || j.again != 0 {
					t.Errorf("%d bytes read, %d of them again", j.read, j.again)
				}
			})
		})
	}
}

// A destination that stays below its least rate is given up, in company or alone; one above it is not.
func TestDestinationBelowTheLeastRate(t *testing.T) {
	least := chunked.LeastRate{BytesPerSecond: 100 * kb, Over: time.Minute}
	for _, rates := range [][]float64{{20 * kb}, {16 * mb, 20 * kb}, {110 * kb, 20 * kb, 16 * mb}} {
		synctest.Test(t, func(t *testing.T) {
			j := journey{blobs: []int{12 * mib, 100}, rates: rates, opts: Options{LeastRate: least}}
			j.travel(t)
			for i, rate := range rates {
				err := j.places[i].failure()
				var slow *chunked.RateError
				switch {
				case rate > 100*kb && err != nil, rate < 100*kb && !errors.As(err, &slow):
					t.Errorf("%v: %.0f: %v", rates, rate, err)
				case slow != nil && (slow.Rate > int64(rate*1.2) || time.Since(j.begun) < time.Minute):
					t.Errorf("%v: %v", rates, err)
				}
			}
			if len(rates) < 3 && time.Since(j.begun) > 3*time.Minute {
				t.Errorf("it ended after %v", time.Since(j.begun))
			}
		})
	}
}

// Destinations of any speeds, some of which fail, or are cut off with the copy, at any moment: the others get
// every blob, and nothing is held in the end.
func TestAnyCompany(t *testing.T) {
	for seed := range uint64(15) {
		rnd := rand.New(rand.NewPCG(seed, 2))
		synctest.Test(t, func(t *testing.T) {
			j := journey{
				opts: Options{LeastRate: anyRate, StallTimeout: time.Hour}, budget: int64(2+rnd.IntN(20)) * mib,
				parts: rnd.IntN(2) * (mib + rnd.IntN(4*mib)),
			}
			for range 1 + rnd.IntN(8) {
				j.blobs = append(j.blobs, rnd.IntN(3*mib))
			}
			for range 2 + rnd.IntN(6) {
				j.rates = append(j.rates, 10*kb*math.Pow(2, 11*rnd.Float64()))
			}
			fails := map[int]int64{}
			j.change = func(i int, p *paced) {
				p.pause = time.Duration(rnd.IntN(2)*rnd.IntN(200)) * time.Millisecond
				if rnd.IntN(4) == 0 {
					p.fails = 1 + rnd.Int64N(4*mib)
					fails[i] = p.fails
				}
			}
			j.travel(t)
			for i, place := range j.places {
				if err := place.failure(); err != nil && fails[i] == 0 {
					t.Errorf("seed %d: %d: %v", seed, i, err)
				}
			}
		})
	}
}

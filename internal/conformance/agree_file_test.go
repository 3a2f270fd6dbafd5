package conformance

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
)

// An agreeFile is a file of entries, and what there is of its images before it is mirrored.
type agreeFile struct {
	prefix string // of the names of all repositories
	path   string
	text   string
	kinds  map[string]int
	source *agreeSource
	there  []agreeTarget // what destinations have
	ledger string        // a file for sync; "" = no ledger in either way
	most   int           // tags of a repository; 0 = as many as there are by default
}

func allowedSources() []string {
	return []string{hubHost, sourceHost + "/*/*", sourceHost + "/*/team/*", googleHost, limitedHost, "ecr:111122223333"}
}

func allowedDestinations() []string { return []string{targetHost, otherHost, "ecr:111122223333"} }

// draw draws the nth file.
func (w *agreeWorld) draw(random *rand.Rand, dir string, n uint64) (*agreeFile, error) {
	f := &agreeFile{prefix: fmt.Sprint("f", n), kinds: map[string]int{}}
	var err error
	if f.source, err = newAgreeSource(random, w.images, f.prefix); err != nil {
		return nil, err
	}
	g := &agreeWriter{
		Rand: random, prefix: f.prefix, source: f.source, kinds: f.kinds, taken: map[string]bool{},
		busy: n%10 == 9, headless: n%10 > 6,
	}
	f.text = g.file()
	f.there = g.there
	if n%2 == 1 {
		f.ledger = filepath.Join(dir, f.prefix+".ledger")
		g.has("a ledger")
	}
	if g.odds(8) {
		f.most = 1 + g.IntN(4)
		g.has("few tags at most")
	}
	f.path = filepath.Join(dir, f.prefix+".yaml")
	return f, os.WriteFile(f.path, []byte(f.text), 0o600)
}

// environment is what the programs of a way are told beside what all are told.
func (f *agreeFile) environment(way int) (env []string) {
	if way != byTable {
		return nil
	}
	env = []string{"MIRROR_TABLE=mirror", "MIRROR_QUEUE=mirror", "MIRROR_JOB_DEFINITION=mirror"}
	if f.ledger != "" {
		env = append(env, "MIRROR_LEDGER=ledger")
	}
	if f.most > 0 {
		env = append(env, fmt.Sprint("MIRROR_MOST_TAGS=", f.most))
	}
	return env
}

// syncFlags tell sync what the environment tells the controller.
func (f *agreeFile) syncFlags() (flags []string) {
	if f.ledger != "" {
		flags = append(flags, "--ledger", f.ledger)
	}
	if f.most > 0 {
		flags = append(flags, fmt.Sprint("--most-tags=", f.most))
	}
	return flags
}

// agree mirrors a file in both ways, and once more after something has changed.
func (w *agreeWorld) agree(ctx context.Context, f *agreeFile, random *rand.Rand, sum *agreement) (err error) {
	defer func() { err = errors.Join(err, w.forget(ctx)) }()
	if err := w.begin(ctx, f); err != nil {
		return err
	}
	const rounds = 2
	for round := range rounds {
		by, err := w.round(ctx, f)
		if err != nil {
			return fmt.Errorf("round %d: %w", round+1, err)
		}
		if err := differences(by[byTable], by[bySync]); err != nil {
			return fmt.Errorf("round %d: %w", round+1, err)
		}
		sum.add(by[byTable])
		if by[byTable].refused != nil || round == rounds-1 {
			break
		}
		if err := w.change(ctx, f, random, by[byTable].tags); err != nil {
			return err
		}
	}
	return nil
}

// round mirrors a file in both ways.
func (w *agreeWorld) round(ctx context.Context, f *agreeFile) (by [2]agreeOutcome, err error) {
	for way, do := range []func(context.Context, *agreeFile) (agreeOutcome, error){w.throughTable, w.throughSync} {
		w.mu.Lock()
		w.now = way
		w.mu.Unlock()
		if by[way], err = do(ctx, f); err != nil {
			return by, fmt.Errorf("%s: %w", [2]string{"by the table", "by sync"}[way], err)
		}
	}
	return by, nil
}

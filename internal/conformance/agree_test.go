package conformance

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"sync"
	"testing"
	"time"
)

// The full run has filesVariable=200. firstVariable is the number of the first file: one can be looked at alone.
const (
	filesVariable = "ECRMIRROR_FILES"
	firstVariable = "ECRMIRROR_FIRST_FILE"
	defaultFiles  = 6
	manyFiles     = 200 // have something of everything
	worldsAtOnce  = 5   // each does one file after another
)

// agreeSeed returns the seed of the files where none is given: always the same where their number is not given either.
func agreeSeed() uint64 {
	if os.Getenv(filesVariable) == "" {
		return 1
	}
	return uint64(time.Now().UnixNano())
}

// `mirror sync FILE`, and the same file imported into a table and swept, with jobs by AWS Batch, come to the same: the
// same errors of a file that is refused, or else the same plan, the same copies, the same failures and the same digests
// at all destinations, with and without a ledger, and once more after sources and destinations have changed.
//
// They do not promise the same where the order of copies matters, such as at a destination that is another entry's
// source: files have none. What is deferred is no failure of a sweep, and one of sync (exit code 75). A file with
// nothing in it is no error of an import, and one of sync, which has nothing to do then: files have a document.
func TestSyncAndTheTableAgree(t *testing.T) {
	t.Parallel()
	files, first := number(t, filesVariable, defaultFiles), number(t, firstVariable, 0)
	seed := number(t, seedVariable, agreeSeed())
	images, dir, began := newAgreeImages(t), t.TempDir(), time.Now()
	numbers := make(chan uint64, files)
	for n := range files {
		numbers <- first + n
	}
	close(numbers)
	total := newAgreement()
	var adding sync.Mutex
	var work sync.WaitGroup
	for range min(files, worldsAtOnce) {
		w := newAgreeWorld(t, images)
		work.Go(func() {
			for n := range numbers {
				sum, f, err := w.file(t.Context(), dir, seed, n)
				if err != nil {
					t.Errorf("file %d (%s=%d %s=1 %s=%d): %v\n%s", n, seedVariable, seed, filesVariable, firstVariable,
						n, err, f)
				}
				adding.Lock()
				total.merge(sum)
				adding.Unlock()
			}
		})
	}
	work.Wait()
	t.Log(total.table(seed, time.Since(began)))
	if total.copies == 0 && files >= defaultFiles {
		t.Error("nothing was copied: this shows nothing")
	}
	if lacking := total.lacks(&agreeWriter{}); files >= manyFiles && len(lacking) > 0 {
		t.Errorf("too few files have %q: this shows nothing of these", lacking)
	}
}

// file draws a file and compares what comes of it.
func (w *agreeWorld) file(ctx context.Context, dir string, seed, n uint64) (*agreement, *agreeFile, error) {
	sum, began := newAgreement(), time.Now()
	random := rand.New(rand.NewPCG(seed, n))
	f, err := w.draw(random, dir, n)
	if err != nil {
		return sum, f, err
	}
	err = w.agree(ctx, f, random, sum)
	sum.files, sum.longest = 1, time.Since(began)
	for kind := range f.kinds {
		sum.kinds[kind]++
	}
	return sum, f, err
}

// String returns the file, and what is unusual about its world.
func (f *agreeFile) String() string {
	if f == nil {
		return ""
	}
	return fmt.Sprintf("%s\nledger: %v; most tags: %d; there before: %v", f.text, f.ledger != "", f.most, f.there)
}

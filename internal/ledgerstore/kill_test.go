package ledgerstore_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"ecrmirror/internal/ledger"
	"ecrmirror/internal/ledgerstore"
	"ecrmirror/testkit/leaks"
)

// program is the variable that has the test binary write to a file instead of testing.
const program = "LEDGERSTORE_TEST_WRITES"

func TestMain(m *testing.M) {
	if path := os.Getenv(program); path != "" {
		if err := write(context.Background(), path); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	leaks.Main(m)
}

// writers is how many images a program writes at once.
const writers = 64

func imageOf(writer int) ledger.Key {
	return ledger.Key{Repository: "r.io/app", Tag: fmt.Sprint(writer)}
}

// numbered is a record whose members all say how often it was written.
func numbered(n int) ledger.Destination {
	d := full
	d.Owner.Source, d.Claim.ID, d.Claim.Job, d.Hold.Because = fmt.Sprint(n), fmt.Sprint(n), fmt.Sprint(n), fmt.Sprint(n)
	return d
}

// write writes records for ever, and prints what is on disk: "WRITER NUMBER".
func write(ctx context.Context, path string) error {
	s, err := ledgerstore.Open(ctx, path)
	if err != nil {
		return err
	}
	fmt.Println("open")
	var mu sync.Mutex
	var work sync.WaitGroup
	for writer := range writers {
		work.Go(func() {
			k := imageOf(writer)
			d, err := s.ReadDestination(ctx, k)
			for err == nil {
				if d, err = s.WriteDestination(ctx, k, d, numbered(int(d.Revision)+1)); err == nil {
					mu.Lock()
					fmt.Println(writer, d.Revision)
					mu.Unlock()
				}
			}
			fmt.Fprintln(os.Stderr, err)
		})
	}
	work.Wait()
	return nil
}

// A run is a program that writes to a file.
type run struct {
	cmd   *exec.Cmd
	lines *bufio.Scanner
}

// start starts a program, and returns once it has the file open.
func start(t *testing.T, path string) run {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env, cmd.Stderr = append(os.Environ(), program+"="+path), os.Stderr
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill() })
	r := run{cmd, bufio.NewScanner(out)}
	if !r.lines.Scan() || r.lines.Text() != "open" {
		t.Fatalf("it did not open the file: %q", r.lines.Text())
	}
	return r
}

// killed kills the program after so many writes and some time, and returns the last number that it said of each writer.
func (r run) killed(after int, later time.Duration) map[int]int {
	said := map[int]int{}
	for n := 0; r.lines.Scan(); n++ {
		var writer, number int
		if _, err := fmt.Sscan(r.lines.Text(), &writer, &number); err == nil {
			said[writer] = max(said[writer], number)
		}
		if n == after {
			time.AfterFunc(later, func() { _ = r.cmd.Process.Kill() })
		}
	}
	_ = r.cmd.Wait()
	return said
}

// TestAKilledProgramLeavesWholeRecords kills a program at random moments while it writes. What it said is written is
// there, all records are whole, and the next program goes on.
func TestAKilledProgramLeavesWholeRecords(t *testing.T) {
	path := filepath.Join(t.TempDir(), "ledger.db")
	total := 0
	for range 12 {
		said := start(t, path).killed(rand.IntN(300), time.Duration(rand.IntN(10_000))*time.Microsecond)
		s, err := ledgerstore.Open(t.Context(), path)
		if err != nil {
			t.Fatal(err)
		}
		for writer := range writers {
			d, err := s.ReadDestination(t.Context(), imageOf(writer))
			whole := numbered(int(d.Revision))
			whole.Hold, whole.Revision = d.Hold, d.Revision
			switch {
			case err != nil, d.Revision > 0 && (d != whole || d.Hold.Because != fmt.Sprint(d.Revision)):
				t.Errorf("%d: %+v, %v", writer, d, err)
			case int(d.Revision) < said[writer]:
				t.Errorf("%d: %d is there, though %d was written", writer, d.Revision, said[writer])
			}
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		total += len(said)
	}
	if total == 0 {
		t.Error("nothing was ever written")
	}
}

// The second of two programs is told that the first has the file open, and has it once that has ended, however it did.
func TestTwoPrograms(t *testing.T) {
	path := filepath.Join(t.TempDir(), "ledger.db")
	first := start(t, path)
	go first.killed(1<<30, 0) // reads what it says until it ends
	_, err := ledgerstore.Open(t.Context(), path)
	if !errors.Is(err, ledgerstore.ErrInUse) || !strings.Contains(err.Error(), path) ||
		!strings.Contains(err.Error(), "another run has it open: wait until that has ended") {
		t.Errorf("got %v", err)
	}
	opened := make(chan error)
	go func() {
		s, err := ledgerstore.Open(t.Context(), path) // waits
		if err == nil {
			err = s.Close()
		}
		opened <- err
	}()
	if err := first.cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	if err := <-opened; err != nil {
		t.Errorf("it has ended: %v", err)
	}
}

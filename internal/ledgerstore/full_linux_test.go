package ledgerstore_test

import (
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"ecrmirror/internal/ledger"
)

// limited is the variable by which the test binary runs a test with a limit on the size of files.
const limited = "LEDGERSTORE_TEST_LIMITED"

// Where the disk has no room for more, a write fails and says so; what was written stays, and more is written once
// there is room again. The limit of a process on the size of its files stands for the disk: the same calls meet it.
func TestAFullDisk(t *testing.T) {
	if os.Getenv(limited) == "" { // in a process of its own: the limit is all of a process's
		cmd := exec.Command(os.Args[0], "-test.run=^TestAFullDisk$", "-test.v")
		cmd.Env = append(os.Environ(), limited+"=1")
		if out, err := cmd.CombinedOutput(); err != nil || !strings.Contains(string(out), "--- PASS: TestAFullDisk") {
			t.Errorf("%v\n%s", err, out)
		}
		return
	}
	signal.Ignore(syscall.SIGXFSZ)
	s := open(t, filepath.Join(t.TempDir(), "ledger.db"))
	limit := func(bytes uint64) {
		var was syscall.Rlimit
		if err := syscall.Getrlimit(syscall.RLIMIT_FSIZE, &was); err != nil {
			t.Fatal(err)
		}
		was.Cur = min(bytes, was.Max)
		if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &was); err != nil {
			t.Fatal(err)
		}
	}
	limit(256 << 10)
	at, written, failed := 0, map[int]ledger.Destination{}, error(nil)
	for ; failed == nil && at < 5000; at++ {
		var d ledger.Destination
		if d, failed = s.WriteDestination(t.Context(), imageOf(at), ledger.Destination{}, numbered(at)); failed == nil {
			written[at] = d
		}
	}
	if failed == nil || !strings.Contains(failed.Error(), "file too large") || len(written) == 0 {
		t.Errorf("after %d: %v", at, failed)
	}
	for round := range 2 {
		for n, want := range written {
			if d, err := s.ReadDestination(t.Context(), imageOf(n)); err != nil || d.Owner != want.Owner {
				t.Errorf("%d: %+v, %v", n, d, err)
			}
		}
		if round == 0 {
			limit(1 << 30)
			d, err := s.WriteDestination(t.Context(), imageOf(at), ledger.Destination{}, numbered(at))
			if err != nil {
				t.Errorf("there is room again: %v", err)
			}
			written[at] = d
		}
	}
}

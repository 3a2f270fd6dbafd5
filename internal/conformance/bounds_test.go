package conformance

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/opencontainers/go-digest"

	"ecrmirror/internal/chunked"
	"ecrmirror/internal/images"
	"ecrmirror/internal/mirror"
	"ecrmirror/internal/request"
	"ecrmirror/internal/transient"
)

// What a copy takes at most, whatever the image is.
const (
	maxBeside      = 80 << 20 // bytes of resident memory beside the budget
	maxDescriptors = 256
	maxGoroutines  = 500
)

// manifestLimit is how large a manifest of ECR may be.
const manifestLimit = 4 << 20

// boundsVariable is "all" to have 1,000 instances instead of 100, and every image copied with the default budget, too.
const boundsVariable = "ECRMIRROR_BOUNDS"

// Memory, descriptors and goroutines are bounded, however many instances an image has, and however large its
// manifests are. It is not a parallel test: it counts the goroutines of all.
func TestWhatACopyTakesIsBoundedWhateverTheImage(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "layout")
	budgets, instances := []int64{8 << 20}, 100
	if os.Getenv(boundsVariable) == "all" {
		budgets, instances = append(budgets, 64<<20), 1_000
	}
	images := writeExtremes(t, dir, instances)
	local := startLocalstack(t)
	p := &place{aws: local.config(), local: local}
	for _, name := range slices.Sorted(maps.Keys(images)) {
		for _, budget := range budgets {
			at := fmt.Sprintf("bounds/%s-%d", name, budget>>20)
			t.Run(fmt.Sprintf("%s/%d", name, budget>>20), func(t *testing.T) {
				first, second, third := local.host()+"/"+at+"/1:v1", local.host()+"/"+at+"/2:v1", local.host()+"/"+at+
					"/3:v1"
				checkBounds(t, "from files", runWatched(t, local, budget, "oci:"+dir+":"+name, first), budget)
				if name == manyInstances { // ECR takes 10 manifests a second
					checkBounds(t, "from a registry", runWatched(t, local, budget, first, second), budget)
				} else {
					inECR := p.inLocalECR(t, "111122223333.dkr.ecr.us-east-1.amazonaws.com", at).image
					checkBounds(t, "from a registry", runWatched(t, local, budget, first, inECR), budget)
					checkBounds(t, "from ECR", runWatched(t, local, budget, inECR, second), budget)
				}
				goroutines := copyCounted(t, budget, first, third)
				t.Logf("engine: %d goroutines at most", goroutines)
				if goroutines > maxGoroutines {
					t.Errorf("engine: %d goroutines, want at most %d", goroutines, maxGoroutines)
				}
				for _, repository := range []string{"/" + at + "/1", "/" + at + "/2", "/" + at + "/3"} {
					w := watcher{repository: local.url + "/v2" + repository}
					if _, body, err := w.get(t.Context(), "GET", "/manifests/v1"); err != nil ||
						digest.FromBytes(body) != images[name] {
						t.Errorf("%s: %d bytes of another digest, %v", repository, len(body), err)
					}
				}
			})
		}
	}
}

func checkBounds(t *testing.T, what string, p peak, budget int64) {
	t.Helper()
	checkPeak(t, what, p, peak{budget + maxBeside, maxDescriptors})
}

func checkPeak(t *testing.T, what string, p, most peak) {
	t.Helper()
	t.Logf("%s: %d MiB resident, %d descriptors at most", what, p.memory>>20, p.descriptors)
	if p.memory > most.memory || p.descriptors > most.descriptors {
		t.Errorf("%s: %d bytes resident, %d descriptors; want at most %d and %d", what, p.memory, p.descriptors,
			most.memory, most.descriptors)
	}
}

// A peak is the most that a process had at a time.
type peak struct {
	memory      int64 // bytes resident
	descriptors int
}

// runWatched has the program make a copy, and watches what it takes.
func runWatched(t *testing.T, local *localstack, budget int64, from, to string) (p peak) {
	t.Helper()
	p, out, err := watched(t, withBudget(mirrorProgram(local.url, from, to), budget))
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return p
}

func withBudget(cmd *exec.Cmd, budget int64) *exec.Cmd {
	cmd.Args = append(cmd.Args, "--memory-budget", fmt.Sprint(budget))
	return cmd
}

// watched runs a program, and watches what it takes, whatever it ends with. Out is what it wrote.
func watched(t *testing.T, cmd *exec.Cmd) (p peak, out string, err error) {
	t.Helper()
	var written bytes.Buffer
	cmd.Stdout, cmd.Stderr = &written, &written
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	for ticks := time.NewTicker(2 * time.Millisecond); ; {
		select {
		case <-ticks.C:
			p.look(t, cmd.Process.Pid)
		case err := <-ended:
			ticks.Stop()
			return p, written.String(), err
		}
	}
}

// look notes what a process has, if it is still there. The kernel keeps the peak of its memory itself.
func (p *peak) look(t *testing.T, pid int) {
	t.Helper()
	at := fmt.Sprintf("/proc/%d/", pid)
	status, err := os.ReadFile(at + "status")
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ESRCH) {
		return
	}
	if err != nil {
		t.Fatal(err)
	}
	if _, after, ok := strings.Cut(string(status), "VmHWM:"); ok {
		kib, err := strconv.ParseInt(strings.Fields(after)[0], 10, 64)
		if err != nil {
			t.Fatal(err)
		}
		p.memory = max(p.memory, kib<<10)
	}
	descriptors, _ := os.ReadDir(at + "fd")
	p.descriptors = max(p.descriptors, len(descriptors))
}

// copyCounted copies in this process, and returns how many goroutines were there for it at most.
func copyCounted(t *testing.T, total int64, from, to string) (most int) {
	t.Helper()
	asked, err := request.Parse(from, to)
	if err != nil {
		t.Fatal(err)
	}
	return requestCounted(t, total, asked)
}

// requestCounted is copyCounted for the images of a request.
func requestCounted(t *testing.T, total int64, asked request.Request) (most int) {
	t.Helper()
	return mostGoroutines(t, func() {
		budget := chunked.NewBudget(total)
		registries := images.New(images.Options{Budget: budget})
		defer registries.Close()
		copier := mirror.New(registries, mirror.Options{Budget: budget, Transient: transient.Is})
		var failed error
		copier.Copy(t.Context(), asked, func(_ int, r *mirror.Report) { failed = errors.Join(failed, r.Err()) })
		if failed != nil {
			t.Error(failed)
		}
	})
}

// mostGoroutines returns how many goroutines were there for what is done at most. None is there afterwards.
func mostGoroutines(t *testing.T, do func()) (most int) {
	t.Helper()
	before := runtime.NumGoroutine()
	ctx, stop := context.WithCancel(t.Context())
	var counting sync.WaitGroup
	counting.Go(func() {
		for ticks := time.NewTicker(time.Millisecond); ctx.Err() == nil; <-ticks.C {
			most = max(most, runtime.NumGoroutine()-before-1)
		}
	})
	do()
	stop()
	counting.Wait()
	ticks := time.NewTicker(time.Millisecond)
	defer ticks.Stop()
	for began := time.Now(); runtime.NumGoroutine() > before; <-ticks.C { // connections end soon after they are closed
		if time.Since(began) > 10*time.Second {
			t.Errorf("%d goroutines are left, beside %d", runtime.NumGoroutine()-before, before)
			break
		}
	}
	return most
}

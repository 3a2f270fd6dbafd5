package conformance

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// forgeriesSeed makes the generator's forgeries come in the same order each time.
const forgeriesSeed = 15

// The program takes no more memory for an image that somebody made to have it take more. It refuses most in few
// words, and copies those that are images.
func TestWhatAForgeryTakesIsBounded(t *testing.T) {
	few, some := named(), generated(rand.New(rand.NewPCG(forgeriesSeed, forgeriesSeed)))
	if os.Getenv(boundsVariable) != "all" {
		few, some = few[:7], some[:10]
	}
	for _, f := range append(few, some...) {
		t.Run(f.name, func(t *testing.T) {
			const budget = 8 << 20
			holdToBounds(t, f, budget, func(cmd *exec.Cmd) { withBudget(cmd, budget) })
		})
	}
}

// In a container the program finds out itself what it may take: where nothing else says how much that is, by
// the variable that AWS Lambda has.
func TestWhatAForgeryTakesInAContainerIsBounded(t *testing.T) {
	few := named()
	if os.Getenv(boundsVariable) != "all" {
		few = few[:1]
	}
	for mib, budget := range map[int]int64{96: 16 << 20, 512: 64 << 20, 1024: 64 << 20} {
		for _, f := range few {
			if f.slow {
				continue
			}
			t.Run(fmt.Sprint(mib, " MiB/", f.name), func(t *testing.T) {
				holdToBounds(t, f, budget, func(cmd *exec.Cmd) {
					cmd.Env = append(cmd.Env, fmt.Sprint("AWS_LAMBDA_FUNCTION_MEMORY_SIZE=", mib))
				})
			})
		}
	}
}

// holdToBounds copies a forgery, by the program as it is set up, and returns what that wrote.
func holdToBounds(t *testing.T, f forgery, budget int64, setUp func(*exec.Cmd)) (out string) {
	t.Helper()
	host := f.serve(t)
	cmd := mirrorProgram("http://"+host, host+"/image:v1", "oci:"+filepath.Join(t.TempDir(), "layout"))
	setUp(cmd)
	p, out, err := watched(t, cmd)
	checkBounds(t, "the program", p, budget)
	var exit *exec.ExitError
	switch {
	case f.copied && err != nil:
		t.Errorf("%v: %.2000s", err, out)
	case err != nil && (!errors.As(err, &exit) || exit.ExitCode() != 1 || strings.Contains(out, "goroutine ")):
		t.Errorf("%v: %.2000s", err, out)
	case len(out) > 3_000:
		t.Errorf("%d bytes told: %.3000s", len(out), out)
	}
	return out
}

package conformance

import (
	"errors"
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
	all := os.Getenv(boundsVariable) == "all"
	few, some := named(), generated(rand.New(rand.NewPCG(forgeriesSeed, forgeriesSeed)))
	if !all {
		few, some = few[:7], some[:10]
	}
	for _, f := range append(few, some...) {
		t.Run(f.name, func(t *testing.T) {
			const budget = 8 << 20
			host := f.serve(t)
			cmd := mirrorProgram("http://"+host, host+"/image:v1", "oci:"+filepath.Join(t.TempDir(), "layout"))
			p, out, err := watched(t, cmd, budget)
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
		})
	}
}

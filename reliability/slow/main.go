// Command slow copies an image to destinations of several speeds at once, and holds the time that each takes against
// the time that it takes alone.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/docker/go-units"

	"ecrmirror/testkit/command"
	"ecrmirror/testkit/programs"
	"ecrmirror/testkit/slowregistry"
)

const usage = `slow [FLAG...]

Copies an image of one layer to registries that read uploads at several rates: to each alone, where that
takes no longer than -alone, and then to all at once; prints when each had the image, or was given up.
Exits with 1 if one took more than twice its time alone, or, where it was not copied to alone, more than
twice the time that its rate takes for the image, and a second.

`

// errHeldUp makes the exit code 1.
var errHeldUp = errors.New("a destination was held up")

func main() { command.Main("slow", run) }

// flags are the command line.
type flags struct {
	rates         []int64 // bytes a second; 0 is as fast as it goes
	size          int64   // bytes of the layer
	minRate       string
	mirror        string
	alone, within time.Duration
}

func parseFlags(args []string, stderr io.Writer) (f flags, err error) {
	set := flag.NewFlagSet("slow", flag.ContinueOnError)
	rates := set.String("rates", "32MB,16MB,8MB,4MB,2MB,1MB,500kB,250kB",
		"comma-separated `rates` of the destinations, a second; 0 is as fast as it goes")
	size := set.String("size", "32MiB", "`size` of the layer")
	set.StringVar(&f.minRate, "min-rate", "0", "mirror's --min-rate")
	set.StringVar(&f.mirror, "mirror", "", "the mirror `program`; by default it is built")
	set.DurationVar(&f.alone, "alone", 20*time.Second,
		"`time` that a destination may take for the image at its rate to be copied to alone as well")
	set.DurationVar(&f.within, "timeout", 2*time.Hour, "`time` after which a copy is ended")
	if err := command.Parse(set, usage, args, stderr); err != nil {
		return f, err
	}
	for _, text := range command.Split(*rates) {
		rate, err := units.FromHumanSize(text)
		if err != nil || rate < 0 {
			return f, fmt.Errorf("rate %q is none", text)
		}
		f.rates = append(f.rates, rate)
	}
	if f.size, err = units.RAMInBytes(*size); err != nil || f.size < 1 {
		return f, fmt.Errorf("size %q is none", *size)
	}
	return f, nil
}

func run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	f, err := parseFlags(args, stderr)
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "slow-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	if f.mirror == "" {
		f.mirror = dir + "/mirror"
		if err := programs.GoBuild(ctx, f.mirror, "ecrmirror/cmd/mirror"); err != nil {
			return err
		}
	}
	images := slowregistry.NewImages()
	contents, err := images.Put(repository, tag, slowregistry.Spec{Layers: 1, LayerSize: f.size, Seed: 1})
	if err != nil {
		return err
	}
	b := &bench{flags: f, home: dir, images: images, want: contents}
	return b.all(ctx, stdout)
}

// all makes the copies and prints a table of them.
func (b *bench) all(ctx context.Context, stdout io.Writer) error {
	alone, err := b.copyToEach(ctx)
	if err != nil {
		return err
	}
	c, err := b.copyTo(ctx, b.rates...)
	if err != nil {
		return err
	}
	var text strings.Builder
	text.WriteString("| rate | its own transfer | alone | in company | |\n|--:|--:|--:|--:|---|\n")
	for i, rate := range b.rates {
		verdict := b.verdict(rate, alone[i], c.took[i])
		if verdict == heldUp {
			err = errHeldUp
		}
		fmt.Fprintf(&text, "| %s | %s | %s | %s | %s |\n",
			speed(rate), seconds(b.transfer(rate)), seconds(alone[i]), seconds(c.took[i]), verdict)
	}
	fmt.Fprintf(&text,
		"\nThe copy to all ended with exit code %d after %s; the source sent %.2f times the image. It said:\n\n%s\n",
		c.exit, seconds(c.ended), float64(c.sent)/float64(b.want.Size), strings.TrimSpace(c.said))
	_, printed := io.WriteString(stdout, text.String())
	return errors.Join(err, printed)
}

// copyToEach copies the image to each destination alone, and returns the times; 0 where that would take too long.
func (b *bench) copyToEach(ctx context.Context) ([]time.Duration, error) {
	took := make([]time.Duration, len(b.rates))
	for i, rate := range b.rates {
		if b.transfer(rate) > b.alone {
			continue
		}
		c, err := b.copyTo(ctx, rate)
		if err != nil {
			return nil, err
		}
		if c.exit != 0 {
			return nil, fmt.Errorf("the copy to one destination failed: %s", c.said)
		}
		took[i] = c.took[0]
	}
	return took, nil
}

// heldUp is the verdict that is a failure.
const heldUp = "held up"

// verdict says what became of a destination in company, by the time that it took alone, and by that of its rate.
func (b *bench) verdict(rate int64, alone, took time.Duration) string {
	allowed := 2 * max(alone, b.transfer(rate))
	if alone == 0 {
		allowed += time.Second
	}
	switch {
	case took == 0:
		return "given up"
	case took > allowed:
		return heldUp
	}
	return "kept"
}

// transfer returns how long a destination takes for the image at its rate.
func (b *bench) transfer(rate int64) time.Duration {
	if rate == 0 {
		return 0
	}
	return time.Duration(float64(b.want.Size) / float64(rate) * float64(time.Second))
}

func speed(rate int64) string {
	if rate == 0 {
		return "all it can"
	}
	return units.HumanSize(float64(rate)) + "/s"
}

func seconds(d time.Duration) string {
	if d == 0 {
		return "–"
	}
	return fmt.Sprintf("%.2f s", d.Seconds())
}

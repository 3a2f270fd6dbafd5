package main

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"sync"
	"time"

	"ecrmirror/testkit/programs"
	"ecrmirror/testkit/sink"
	"ecrmirror/testkit/slowregistry"
)

const (
	repository = "library/image"
	tag        = "1"
	// look is how often it is looked whether a destination has the image.
	look = 2 * time.Millisecond
)

// A bench makes copies of one image.
type bench struct {
	flags
	home   string // a directory
	images *slowregistry.Images
	want   slowregistry.Contents
}

// A made is a copy that has ended.
type made struct {
	took  []time.Duration // until each destination had the image; 0 if it has not
	ended time.Duration
	exit  int
	said  string
	sent  int64 // bytes, by the source
}

// copyTo copies the image to one destination of each of the rates, between servers of its own.
func (b *bench) copyTo(ctx context.Context, rates ...int64) (c made, err error) {
	ctx, cancel := context.WithTimeout(ctx, b.within)
	defer cancel()
	source, err := slowregistry.Start(ctx, b.images, slowregistry.Normal())
	if err != nil {
		return c, err
	}
	defer func() { err = errors.Join(err, source.Close()) }()
	sinks, err := startSinks(ctx, rates)
	defer func() { err = errors.Join(err, closeAll(sinks)) }()
	if err != nil {
		return c, err
	}
	args := []string{"--progress=plain", "--min-rate", b.minRate, source.Host() + "/" + repository + ":" + tag}
	for _, s := range sinks {
		args = append(args, s.Host()+"/"+repository+":"+tag)
	}
	c.took = make([]time.Duration, len(rates))
	begun := time.Now()
	var watching sync.WaitGroup
	over, end := context.WithCancel(ctx)
	for i, s := range sinks {
		watching.Go(func() { c.took[i] = b.arrival(over, s, begun) })
	}
	err = b.runMirror(ctx, args, &c)
	c.ended, c.sent = time.Since(begun), source.Sent()
	end()
	watching.Wait()
	return c, err
}

// startSinks starts a destination of each rate. With an error it returns those that it started.
func startSinks(ctx context.Context, rates []int64) (sinks []*sink.Server, err error) {
	for _, rate := range rates {
		s, err := sink.Start(ctx, sink.Options{Rate: rate})
		if err != nil {
			return sinks, err
		}
		sinks = append(sinks, s)
	}
	return sinks, nil
}

func closeAll(sinks []*sink.Server) error {
	var errs []error
	for _, s := range sinks {
		errs = append(errs, s.Close())
	}
	return errors.Join(errs...)
}

// runMirror runs the program, and notes its exit code and output. A program that fails is no error.
func (b *bench) runMirror(ctx context.Context, args []string, c *made) error {
	program := exec.CommandContext(ctx, b.mirror, args...)
	program.Env = programs.Environment(b.home, b.home, nil)
	said, err := program.CombinedOutput()
	c.exit, c.said = program.ProcessState.ExitCode(), string(said)
	var exit *exec.ExitError
	if err != nil && (!errors.As(err, &exit) || ctx.Err() != nil) {
		return fmt.Errorf("%w: %s", err, said)
	}
	return nil
}

// arrival returns after how long a destination had the image, which it has checked, or 0 if it has not got it.
func (b *bench) arrival(ctx context.Context, s *sink.Server, begun time.Time) time.Duration {
	has := func() bool { return s.Repository(repository).Tags[tag] == b.want.Root }
	ticker := time.NewTicker(look)
	defer ticker.Stop()
	for !has() {
		select {
		case <-ticker.C:
		case <-ctx.Done():
			if !has() {
				return 0
			}
		}
	}
	return time.Since(begun)
}

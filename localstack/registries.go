package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"ecrmirror/localstack/samples"
)

// An ordinary registry is one that is served besides.
type ordinary struct {
	addr      string
	referrers bool // it has a referrers API
}

// startRegistries serves ordinary registries, and fills the first with sample images. It returns what tells of them,
// and what ends those that were started, also where there is an error.
func startRegistries(ctx context.Context, asked []ordinary) (told string, stop func() error, err error) {
	var all []*samples.Registry
	stop = func() (err error) {
		for _, r := range all {
			err = errors.Join(err, r.Close())
		}
		return err
	}
	var b strings.Builder
	for i, one := range asked {
		r, err := samples.Start(ctx, one.addr, one.referrers)
		if err != nil {
			return "", stop, err
		}
		all = append(all, r)
		if i > 0 {
			fmt.Fprintf(&b, "and an empty one at %s%s\n", r.Host(), without(one))
			continue
		}
		names, err := r.Fill(ctx)
		if err != nil {
			return "", stop, err
		}
		fmt.Fprintf(&b, "\nAn ordinary registry is at %s%s, and has %s\n", r.Host(), without(one),
			strings.Join(names, ", "))
	}
	return b.String(), stop, nil
}

// without says what a registry lacks.
func without(r ordinary) string {
	if r.referrers {
		return ""
	}
	return " (without a referrers API)"
}

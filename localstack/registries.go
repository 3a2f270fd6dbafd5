package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"ecrmirror/localstack/samples"
)

// startRegistries serves ordinary registries, and fills the first with sample images. It returns what tells of them,
// and what ends those that were started, also where there is an error.
func startRegistries(ctx context.Context, addrs []string) (told string, stop func() error, err error) {
	var all []*samples.Registry
	stop = func() (err error) {
		for _, r := range all {
			err = errors.Join(err, r.Close())
		}
		return err
	}
	var b strings.Builder
	for i, addr := range addrs {
		r, err := samples.Start(ctx, addr)
		if err != nil {
			return "", stop, err
		}
		all = append(all, r)
		if i > 0 {
			fmt.Fprintf(&b, "and an empty one at %s\n", r.Host())
			continue
		}
		names, err := r.Fill(ctx)
		if err != nil {
			return "", stop, err
		}
		fmt.Fprintf(&b, "\nAn ordinary registry is at %s, and has %s\n", r.Host(), strings.Join(names, ", "))
	}
	return b.String(), stop, nil
}

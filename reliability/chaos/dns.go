package main

import (
	"context"
	"errors"
	"net"
	"time"
)

// unresolved returns how a copy ends from a host whose name does not resolve: for good where
// this machine's resolver says that there is no such name, and else maybe for now only.
func unresolved(ctx context.Context, host string) end {
	ctx, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	_, err := net.DefaultResolver.LookupHost(ctx, host)
	var dns *net.DNSError
	if errors.As(err, &dns) && dns.IsNotFound {
		return end{codes: []int{exitFailed}}
	}
	return end{codes: []int{exitTransient}}
}

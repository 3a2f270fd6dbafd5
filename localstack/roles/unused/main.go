// Command unused lists what the deployed service's roles may do and no test has done: make grants.
//
//	go run ./localstack/roles/unused FILE
//
// FILE is what the tests have written, see [ecrmirror/localstack/server.Options].Uses.
package main

import (
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strings"

	"ecrmirror/localstack/roles"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: unused FILE")
		os.Exit(2)
	}
	uses, err := os.ReadFile(os.Args[1])
	if err == nil {
		err = list(os.Stdout, string(uses))
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "unused:", err)
		os.Exit(1)
	}
}

// list writes a line for each grant that is not among the uses: role, action, and the variants that grant it.
func list(w io.Writer, uses string) error {
	used := map[string]bool{}
	for line := range strings.Lines(uses) {
		used[strings.TrimSpace(line)] = true
	}
	granted := map[string][]string{}
	for _, variant := range roles.Variants() {
		actions, err := roles.Actions(variant)
		if err != nil {
			return err
		}
		for role, list := range actions {
			for _, action := range list {
				granted[role+" "+action] = append(granted[role+" "+action], variant)
			}
		}
	}
	for _, grant := range slices.Sorted(maps.Keys(granted)) {
		if used[grant] {
			continue
		}
		in := granted[grant]
		slices.Sort(in)
		if _, err := fmt.Fprintf(w, "%s (%s)\n", grant, strings.Join(slices.Compact(in), ", ")); err != nil {
			return err
		}
	}
	return nil
}

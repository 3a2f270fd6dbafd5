// Package architecture says which package may import which: its table is the one place where that is said.
// Its tests hold the code to the table, and make docs/packages.md from it and from the package comments.
// docs/architecture.md has the picture.
package architecture

import "maps"

const module = "ecrmirror/"

// A layer says what the packages of one place may import beside the standard library.
type layer struct {
	internal []string // packages of this module, without its name; a trailing /... means all below
	external []string // other modules' packages, by path prefix
}

// layers has an entry for every package of the module, or for a tree of packages by a trailing /... . A package that
// no entry covers has no place yet, which is an error.
var layers = joined(programs, entries, syncing, conversion, verifying, registries, receipts, around)

func joined(parts ...map[string]layer) map[string]layer {
	all := map[string]layer{}
	for _, part := range parts {
		maps.Copy(all, part)
	}
	return all
}

// cdk is what describes infrastructure. Nothing there calls AWS.
var cdk = []string{"github.com/aws/aws-cdk-go/", "github.com/aws/constructs-go/", "github.com/aws/jsii-runtime-go"}

// anything allows every module but our own.
var anything = []string{""}

// apart are the trees whose tests keep to their tables, too: a stand-in that shares code shares its bugs.
var apart = []string{"localstack", "localstack/...", "testkit/...", "demo", "demo/..."}

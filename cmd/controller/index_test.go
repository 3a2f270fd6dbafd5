package main

import (
	"fmt"
	"strings"

	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/rogpeppe/go-internal/testscript"

	"ecrmirror/localstack/server"
)

// pushIndex writes an index of small images, different ones for each SEED, one for each architecture of Linux; of one
// architecture an image that is no index: index NAME SEED ARCHITECTURE...
func pushIndex(ts *testscript.TestScript, _ bool, args []string) {
	s := ts.Value(worldKey{}).(*server.Server)
	ref, err := name.ParseReference(args[0])
	ts.Check(err)
	var opts []remote.Option
	if registry := ref.Context().RegistryStr(); strings.HasSuffix(registry, ".amazonaws.com") {
		repository := ref.Context().RepositoryStr()
		ts.Check(createRepository(s.Config(), repository))
		ref, err = name.ParseReference(
			fmt.Sprintf("%s/%s/%s/%s:%s", s.Addr(), s.Account(), s.Region(), repository, ref.Identifier()))
		ts.Check(err)
		opts = append(opts, remote.WithTransport(s.Owner()))
	}
	index := v1.ImageIndex(empty.Index)
	for _, architecture := range args[2:] {
		image, err := mutate.ConfigFile(empty.Image, &v1.ConfigFile{
			OS: "linux", Architecture: architecture, Config: v1.Config{Labels: map[string]string{"seed": args[1]}},
		})
		ts.Check(err)
		if len(args) == 3 {
			ts.Check(remote.Write(ref, image, opts...))
			return
		}
		index = mutate.AppendManifests(index, mutate.IndexAddendum{Add: image, Descriptor: v1.Descriptor{
			Platform: &v1.Platform{OS: "linux", Architecture: architecture},
		}})
	}
	ts.Check(remote.WriteIndex(ref, index, opts...))
}

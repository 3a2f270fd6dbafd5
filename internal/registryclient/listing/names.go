package listing

import (
	"context"
	"io"

	"ecrmirror/internal/jsonstream"
	"ecrmirror/internal/listed"
)

// A reader reads pages that have an object for each repository of a namespace.
type reader struct {
	c         *listed.RepositoryCollector
	namespace string

	name, kind string // of the object that is read
}

// members are those of each object.
func (r *reader) members() map[string]jsonstream.Member {
	return map[string]jsonstream.Member{"name": jsonstream.Into(&r.name), "kind": jsonstream.Into(&r.kind)}
}

// add takes the repository that an object is about. Quay tells of what is no image by its kind.
func (r *reader) add() error {
	name, isImages := r.namespace+"/"+r.name, r.kind == "" || r.kind == "image"
	r.name, r.kind = "", ""
	if !isImages {
		return nil
	}
	return r.c.Add(name)
}

// page reads one, by read. Where that fails, it is as if the page had not come.
func (r *reader) page(read func() error) error {
	mark := r.c.Mark()
	err := read()
	if err != nil {
		r.c.Reset(mark)
		r.name, r.kind = "", ""
	}
	return err
}

// under reads a page that has the array under a name, and what tells of the next page under another.
func (r *reader) under(array, next string, more *string) func(context.Context, io.Reader) error {
	return func(_ context.Context, page io.Reader) error {
		*more = ""
		all := func(s jsonstream.Scanner) error { return s.Objects(r.members(), r.add) }
		return r.page(func() error {
			return jsonstream.ReadWith(page, array, all, map[string]jsonstream.Member{next: jsonstream.Into(more)})
		})
	}
}

// array reads a page that is the array.
func (r *reader) array(_ context.Context, page io.Reader) error {
	return r.page(func() error { return jsonstream.ReadArray(page, r.members(), r.add) })
}

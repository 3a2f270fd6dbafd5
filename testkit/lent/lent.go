// Package lent makes streams that lend their bytes, as those of the copy engine do, of other readers.
package lent

import "io"

// A Stream lends what its reader gives. It is a chunked.Lender.
type Stream struct{ io.Reader }

// By returns a stream of what a reader gives.
func By(r io.Reader) Stream { return Stream{r} }

// Lend returns the next bytes, at least one and at most so many, in memory of their own, or the reader's error.
func (s Stream) Lend(most int) (data []byte, release func(), err error) {
	data = make([]byte, most)
	n, err := s.Read(data)
	if n > 0 {
		err = nil // it comes again
	}
	return data[:n], func() {}, err
}

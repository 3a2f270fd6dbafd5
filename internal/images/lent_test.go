package images_test

import "io"

// A lent is a stream for a destination.
type lent struct{ io.Reader }

// Lend implements chunked.Lender.
func (l lent) Lend(most int) (data []byte, release func(), err error) {
	data = make([]byte, most)
	n, err := l.Read(data)
	if n > 0 {
		err = nil
	}
	return data[:n], func() {}, err
}

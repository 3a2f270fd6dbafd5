package cli

import (
	"errors"
	"syscall"

	"ecrmirror/internal/program"
)

// printed returns the error of printing what is there to be read. That the reader has read enough, as head has, is
// none.
func printed(err error) error {
	if errors.Is(err, syscall.EPIPE) {
		return nil
	}
	return program.NotPrinted(nil, err)
}

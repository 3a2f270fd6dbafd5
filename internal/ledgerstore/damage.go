package ledgerstore

import (
	"fmt"
	"runtime/debug"
)

// guarded calls a function and makes [ErrDamaged] of a panic: bbolt panics where the pages of a file are not what they
// should be.
func guarded(call func() error) (err error) {
	defer faulting()()
	defer func() {
		if why := recover(); why != nil {
			err = fmt.Errorf("%w (%v)", ErrDamaged, why)
		}
	}()
	return call()
}

// faulting has this goroutine panic where it would end the program by a fault: the file is mapped into memory, and of a
// file that was cut short the end is missing there. It returns what takes that back.
func faulting() (end func()) {
	before := debug.SetPanicOnFault(true)
	return func() { debug.SetPanicOnFault(before) }
}

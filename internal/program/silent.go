package program

import "errors"

// Silent is an error that is an exit code and nothing else: all is said already.
type Silent int

func (s Silent) Error() string { return "" }

// silent returns the exit code of err if it is a Silent one.
func silent(err error) (code int, ok bool) {
	s, ok := errors.AsType[Silent](err)
	return int(s), ok
}

package fanout

import "sync/atomic"

// A Load is what all sinks of one reader do at present.
type Load struct {
	Busy  atomic.Int64 // sinks, and questions, that wait for the reader and not for the stream
	Owing atomic.Int64 // sinks that have bytes which the reader has not taken yet
	Taken atomic.Int64 // bytes of streams so far
	Lent  atomic.Int64 // bytes that it holds, some of which it may have taken
}
